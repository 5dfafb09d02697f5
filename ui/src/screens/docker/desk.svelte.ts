/** The dialogs of the Docker screen: which is open, and for what. One at a time, from any place. */
import type { LocalImage, RegistryInfo, RegistryKindInfo } from '../../bindings';
import { asFailure, host } from '../../lib/host';
import { Kept } from '../../state/kept.svelte';
import { toast } from '../../state/toast.svelte';
import { exactImage, type Reference } from './reference';
import { specs } from './specs';
import { knownAt, nameOf } from './words';

export type DialogName = 'pull' | 'push' | 'tag' | 'smoke' | 'scan' | 'request' | 'login';

/** An image that something is to be done with. */
export interface Subject {
  /** What the engine finds it by. */
  image: string;
  /** What people call it. */
  title: string;
  names: string[];
  /** Where registries know it. */
  known: Reference[];
}

class Desk {
  open = $state<DialogName | null>(null);
  subject = $state.raw<Subject | null>(null);
  /** What review is asked for. */
  wanted = $state.raw<Reference | null>(null);
  /** The host to log in to, and what goes on then. */
  login = $state.raw<{ host: string; then: () => void; before: DialogName | null } | null>(null);
  /** The specification of smoke tests as it was written last. */
  spec = $state(specs[0]?.text ?? '');
  registries = new Kept<RegistryInfo[]>(() => host().call('registries'));
  kinds = new Kept<RegistryKindInfo[]>(() => host().call('registry_kinds'));

  show(dialog: DialogName, subject: Subject | null = null): void {
    this.subject = subject;
    this.open = dialog;
    if (dialog === 'push') void this.registries.refresh();
  }

  /** Opens a dialog for an image that is only known by its name or id yet. */
  async showFor(dialog: DialogName, name: string): Promise<void> {
    try {
      const { image } = await host().call('local_image', name);
      this.show(dialog, subjectOf(image));
    } catch (thrown) {
      toast.show({ tone: 'problem', text: asFailure(thrown).message });
    }
  }

  close(): void {
    this.open = null;
  }

  request(known: Reference): void {
    this.wanted = known;
    this.open = 'request';
  }

  /** Opens the login of a registry, and goes on once it is there. */
  async logIn(name: string, then: () => void): Promise<void> {
    if (!this.kinds.value) await this.kinds.refresh();
    this.login = { host: name, then, before: this.open };
    this.open = 'login';
  }

  /** Back to what was open before, with all that was typed there. */
  leaveLogin(): void {
    if (this.open === 'login') this.open = this.login?.before ?? null;
  }

  /** What is known of a registry. */
  registry(name: string): RegistryInfo | null {
    return this.registries.value?.find((one) => one.host === name) ?? null;
  }

  get exact(): string {
    return this.wanted ? exactImage(this.wanted) : '';
  }
}

export const desk = new Desk();

export function subjectOf(image: LocalImage): Subject {
  return {
    image: image.names[0] ?? image.id,
    title: nameOf(image),
    names: image.names,
    known: knownAt(image),
  };
}
