/** Which screen is shown, and what it is to show. No page loads: changing it is all there is. */
export type ScreenName =
  | 'review'
  | 'images'
  | 'golden'
  | 'find'
  | 'pipelines'
  | 'docker'
  | 'registries'
  | 'history'
  | 'settings';

export type DockerPart = 'images' | 'build' | 'jobs' | 'health';

export interface Place {
  screen: ScreenName;
  /** Review: the image that is open, `host/repository@digest`. */
  image?: string;
  /** Review: the stage it is reviewed for. */
  stage?: string;
  /** Images: the registry that is open, or `host/repository`. */
  of?: string;
  /** Images: the tag that is open. */
  tag?: string;
  /** Golden: the image that is open, by its repository and tag. */
  golden?: { repository: string; tag: string };
  /** Golden: which ones to show first. */
  show?: 'drifted';
  /** Find: what is looked for. */
  find?: { kind: 'package' | 'cve'; text: string };
  /** Docker: the part that is open. */
  part?: DockerPart;
  /** Docker: the engine's image that is open, by its id. */
  local?: string;
  /** Docker: the job that is open. */
  job?: string;
  /** Docker: the line of the Dockerfile to go to. */
  line?: number;
  /** Docker: the dialog to begin with. */
  begin?: 'pull' | 'push';
  /** Registries: the host to log in to. */
  login?: string;
  /** History: the entry that is open. */
  entry?: number;
  /** History and Pipelines: the words to look for. */
  search?: string;
  /** Settings: the part to show first. */
  section?: 'appearance' | 'keyring' | 'workspace' | 'policy' | 'webhooks' | 'history';
}

class Router {
  place = $state.raw<Place>({ screen: 'review' });
  #before: Place[] = [];

  get screen(): ScreenName {
    return this.place.screen;
  }

  go(place: Place): void {
    this.#before = [...this.#before.slice(-49), this.place];
    this.place = place;
  }

  /** Fills in what the screen chose by itself; not a step to go back over. */
  settle(place: Place): void {
    this.place = place;
  }

  back(): void {
    const before = this.#before.pop();
    if (before) this.place = before;
  }

  reset(place: Place): void {
    this.#before = [];
    this.place = place;
  }
}

export const router = new Router();
