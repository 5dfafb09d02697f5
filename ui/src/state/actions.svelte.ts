/**
 * Everything that can be done from here, by name: what the palette lists, what the keys start and
 * what the help shows. A screen adds its own for as long as it stands.
 */
export interface AppAction {
  id: string;
  label: string;
  group: string;
  /** `Mod+K`, `F5`, `J`: see `lib/keys.ts`. */
  keys?: string;
  /** Words that find it besides its label. */
  also?: string;
  /** Why it cannot be done now; it is listed with that reason. */
  disabled?: string | null;
  /** Also while a text field has the focus. Only for keys with a modifier, F5 and Escape. */
  inFields?: boolean;
  run: () => void;
}

class Actions {
  #sources = $state.raw<(() => AppAction[])[]>([]);

  get all(): AppAction[] {
    return this.#sources.flatMap((source) => source());
  }

  /** Adds a source of actions; returns how to take it away. */
  add(source: () => AppAction[]): () => void {
    this.#sources = [...this.#sources, source];
    return () => {
      this.#sources = this.#sources.filter((other) => other !== source);
    };
  }
}

export const actions = new Actions();
