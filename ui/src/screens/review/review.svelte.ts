/**
 * The review that is open, those that were open before it, and what a person has written but not
 * yet said. Going through the list with J and K shows the last known state at once.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { EvidenceInfo, Review } from '../../bindings';
import { host } from '../../lib/host';
import { Kept } from '../../state/kept.svelte';
import { queue } from '../../state/queue.svelte';
import { status } from '../../state/status.svelte';

const KEPT = 24;

/** What the side panel shows of a report. */
export interface OpenReport {
  evidence: EvidenceInfo;
  line: number;
}

class ReviewState {
  #kept = new SvelteMap<string, Kept<Review>>();
  #drafts = new SvelteMap<string, string>();
  #workspace = '';
  report = $state.raw<OpenReport | null>(null);
  tab = $state('evidence');

  /** The review of an image at a stage; made when it is first asked for. */
  of(image: string, stage: string | undefined): Kept<Review> | undefined {
    return this.#kept.get(key(image, stage));
  }

  open(image: string, stage: string | undefined): Kept<Review> {
    const name = key(image, stage);
    const known = this.#kept.get(name);
    if (known) return known;
    const kept = new Kept<Review>(() => host().call('review', { image, stage: stage ?? null }));
    for (const old of [...this.#kept.keys()].slice(0, Math.max(0, this.#kept.size - KEPT)))
      this.#kept.delete(old);
    this.#kept.set(name, kept);
    return kept;
  }

  draft(review: Review): string {
    return this.#drafts.get(key(review.image, review.stage)) ?? '';
  }

  write(review: Review, text: string): void {
    this.#drafts.set(key(review.image, review.stage), text);
  }

  /** After an act everything that it may have changed is read anew, before anything else is done. */
  async fresh(kept: Kept<Review>): Promise<void> {
    await Promise.all([kept.refresh(), queue.kept.refresh(), status.kept.refresh()]);
  }

  /** Nothing of one workspace is carried to another. */
  belongTo(workspace: string): void {
    if (this.#workspace !== workspace) this.clear();
    this.#workspace = workspace;
  }

  clear(): void {
    this.#kept.clear();
    this.#drafts.clear();
    this.report = null;
  }
}

function key(image: string, stage: string | undefined): string {
  return `${image} ${stage ?? ''}`;
}

export const reviews = new ReviewState();
