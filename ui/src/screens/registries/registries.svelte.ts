/** The registries of this workspace, and what a test of each one said. */
import type { Error as Failure, LoginTest, RegistryInfo, RegistryKindInfo } from '../../bindings';
import { asFailure, host } from '../../lib/host';
import { Kept } from '../../state/kept.svelte';
import { status } from '../../state/status.svelte';

export interface Tested {
  running: boolean;
  at: number | null;
  answer: LoginTest | null;
  failure: Failure | null;
}

const untested: Tested = { running: false, at: null, answer: null, failure: null };

export class Registries {
  kept = new Kept<RegistryInfo[]>(() => host().call('registries'));
  /** The kinds that can be logged in to; they never change while the window is open. */
  kinds = new Kept<RegistryKindInfo[]>(() => host().call('registry_kinds'));
  #tests = $state.raw<Record<string, Tested>>({});

  get own(): RegistryInfo[] {
    return (this.kept.value ?? []).filter((registry) => !registry.from_docker);
  }

  get docker(): RegistryInfo[] {
    return (this.kept.value ?? []).filter((registry) => registry.from_docker);
  }

  tested(name: string): Tested {
    return this.#tests[name] ?? untested;
  }

  #note(name: string, tested: Tested): void {
    this.#tests = { ...this.#tests, [name]: tested };
  }

  /** Tries the login of a registry; whatever it said before stands until the answer is there. */
  async test(name: string): Promise<void> {
    if (this.tested(name).running) return;
    this.#note(name, { ...this.tested(name), running: true });
    try {
      const answer = await host().call('test_registry', name);
      this.#note(name, { running: false, at: Date.now(), answer, failure: null });
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.#note(name, { running: false, at: Date.now(), answer: null, failure });
    }
    await status.kept.refresh();
  }

  /** A login was tried and kept: the list is read anew, and its answer stands as a test. */
  async loggedIn(answer: LoginTest): Promise<void> {
    this.#note(answer.host, { running: false, at: Date.now(), answer, failure: null });
    await Promise.all([this.kept.refresh(), status.kept.refresh()]);
  }

  async logOut(name: string): Promise<void> {
    this.kept.set(await host().call('logout', name));
    const { [name]: _gone, ...others } = this.#tests;
    this.#tests = others;
    await status.kept.refresh();
  }
}
