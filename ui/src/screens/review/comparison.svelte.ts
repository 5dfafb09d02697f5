/** With what the candidate on the screen is compared: one switch for the card and for every tab. */
import type { AskDifference, Difference, Review, Since } from '../../bindings';
import { host } from '../../lib/host';
import { Kept } from '../../state/kept.svelte';

class Comparison {
  since = $state<Since>('golden');
  #of = $state.raw('');
  #mine = $state.raw<Kept<Difference> | null>(null);

  ask(review: Review): AskDifference {
    return { image: review.image, stage: review.stage, since: this.since };
  }

  /** The comparison that is chosen; nothing while it is read for the first time. */
  of(review: Review): Difference | null {
    if (this.since === 'golden') return review.difference;
    return this.#of === name(review) ? (this.#mine?.value ?? null) : null;
  }

  failure(review: Review): Kept<Difference>['failure'] {
    return this.since === 'golden' || this.#of !== name(review)
      ? null
      : (this.#mine?.failure ?? null);
  }

  /** Reads what is chosen, where the review has it not. */
  async read(review: Review): Promise<void> {
    if (this.since === 'golden') return;
    const ask = this.ask(review);
    if (this.#of !== name(review)) {
      this.#of = name(review);
      this.#mine = new Kept<Difference>(() => host().call('difference', ask));
    }
    await this.#mine?.refresh();
  }
}

function name(review: Review): string {
  return `${review.image} ${review.stage}`;
}

export const comparison = new Comparison();

/** "golden", as the tabs name the other image. */
export function otherWords(since: Since): string {
  return since === 'golden' ? 'golden' : 'my last review';
}
