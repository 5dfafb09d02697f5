/** What can be done from every screen. */
import { hear } from '../state/hear.svelte';
import { app } from '../state/app.svelte';
import type { AppAction } from '../state/actions.svelte';
import { router, type Place } from '../state/router.svelte';
import { host, asFailure } from '../lib/host';
import { toast } from '../state/toast.svelte';
import type { Appearance } from '../bindings';
import { refreshAll, windowView } from './window.svelte';
import { openPractice, removePractice, switchWorkspace } from './workspaces';

export function frameActions(): AppAction[] {
  // Before first run has ended there is nowhere to go.
  if (!app.state || app.state.first_run) return [];
  const practice = app.state.workspace.kind === 'practice';
  return [
    ...windowActions(),
    ...screenActions(),
    ...dockerActions(),
    ...appearanceActions(),
    ...workspaceActions(practice),
  ];
}

function windowActions(): AppAction[] {
  return [
    {
      id: 'palette',
      label: 'Find or do',
      group: 'Window',
      keys: 'Mod+K',
      inFields: true,
      run: () => (windowView.palette = true),
    },
    {
      id: 'keys',
      label: 'Show all keys',
      group: 'Window',
      keys: 'Mod+?',
      also: 'help shortcuts keyboard',
      inFields: true,
      run: () => (windowView.keysHelp = true),
    },
    {
      id: 'refresh',
      label: 'Refresh',
      group: 'Window',
      keys: 'F5',
      also: 'reload again',
      inFields: true,
      run: () => void refreshAll(true),
    },
    {
      id: 'notices',
      label: 'Show notices',
      group: 'Window',
      also: 'bell heard decisions',
      run: () => (hear.open = true),
    },
    { id: 'back', label: 'Back', group: 'Window', keys: 'Alt+ArrowLeft', run: () => router.back() },
  ];
}

function screenActions(): AppAction[] {
  return [
    {
      id: 'review',
      label: 'Go to Review',
      group: 'Go',
      keys: 'Mod+1',
      inFields: true,
      also: 'home queue',
      run: () => router.go({ screen: 'review' }),
    },
    {
      id: 'images',
      label: 'Go to Images',
      group: 'Go',
      keys: 'Mod+2',
      inFields: true,
      also: 'browse repositories tags',
      run: () => router.go({ screen: 'images' }),
    },
    {
      id: 'golden',
      label: 'Go to Golden',
      group: 'Go',
      keys: 'Mod+G',
      inFields: true,
      also: 'catalogue catalog FROM base adopt drift',
      run: () => router.go({ screen: 'golden' }),
    },
    {
      id: 'find',
      label: 'Find a package or vulnerability',
      group: 'Go',
      keys: 'Mod+Shift+F',
      inFields: true,
      also: 'cve sbom openssl affected golden images',
      run: () => router.go({ screen: 'find' }),
    },
    {
      id: 'registries',
      label: 'Go to Registries',
      group: 'Go',
      keys: 'Mod+4',
      inFields: true,
      run: () => router.go({ screen: 'registries' }),
    },
    {
      id: 'pipelines',
      label: 'Go to Pipelines',
      group: 'Go',
      keys: 'Mod+3',
      inFields: true,
      also: 'stages lines golden promote',
      run: () => router.go({ screen: 'pipelines' }),
    },
    {
      id: 'docker',
      label: 'Go to Docker',
      group: 'Go',
      keys: 'Mod+6',
      inFields: true,
      also: 'engine podman local images containers jobs',
      run: () => router.go({ screen: 'docker' }),
    },
    {
      id: 'history',
      label: 'Go to History',
      group: 'Go',
      keys: 'Mod+5',
      inFields: true,
      also: 'audit',
      run: () => router.go({ screen: 'history' }),
    },
    {
      id: 'settings',
      label: 'Go to Settings',
      group: 'Go',
      keys: 'Mod+,',
      inFields: true,
      also: 'preferences keyring',
      run: () => router.go({ screen: 'settings' }),
    },
    {
      id: 'login',
      label: 'Log in to registry…',
      group: 'Registries',
      also: 'password token',
      run: () => router.go({ screen: 'registries', login: '' }),
    },
  ];
}

function dockerActions(): AppAction[] {
  const group = 'Docker';
  const go = (place: Omit<Place, 'screen'>) => router.go({ screen: 'docker', ...place });
  return [
    {
      id: 'docker-build',
      label: 'Build an image…',
      group,
      also: 'dockerfile docker build',
      run: () => go({ part: 'build' }),
    },
    {
      id: 'docker-pull',
      label: 'Pull an image…',
      group,
      also: 'docker pull fetch engine',
      run: () => go({ part: 'images', begin: 'pull' }),
    },
    {
      id: 'docker-push',
      label: 'Push an image…',
      group,
      also: 'docker push tag upload',
      run: () => go({ part: 'images', begin: 'push' }),
    },
    {
      id: 'docker-health',
      label: 'Golden health',
      group,
      also: 'days left scan fix',
      run: () => go({ part: 'health' }),
    },
  ];
}

function appearanceActions(): AppAction[] {
  const words: [Appearance, string][] = [
    ['light', 'Appearance: light'],
    ['dark', 'Appearance: dark'],
    ['system', 'Appearance: as the system says'],
  ];
  return words.map(([appearance, label]) => ({
    id: `appearance-${appearance}`,
    label,
    group: 'Window',
    also: 'theme colour mode',
    run: () => void setAppearance(appearance),
  }));
}

async function setAppearance(appearance: Appearance): Promise<void> {
  try {
    app.kept.set(await host().call('set_appearance', appearance));
  } catch (thrown) {
    toast.show({ tone: 'problem', text: asFailure(thrown).message });
  }
}

function workspaceActions(practice: boolean): AppAction[] {
  const here: AppAction = practice
    ? { id: 'remove-practice', label: 'Remove practice…', group: 'Workspace', run: removePractice }
    : {
        id: 'practice',
        label: 'Open the practice team',
        group: 'Workspace',
        also: 'sample demo try',
        run: () => void openPractice(),
      };
  const others = (app.state?.workspaces ?? [])
    .filter((other) => other.home !== app.state?.workspace.home)
    .map((other) => ({
      id: `workspace-${other.home}`,
      label: `Switch to ${other.name}`,
      group: 'Workspace',
      also: other.home,
      run: () => void switchWorkspace(other.home),
    }));
  return [
    ...others,
    {
      id: 'open-workspace',
      label: 'Open another workspace folder…',
      group: 'Workspace',
      run: () => void switchWorkspace(null),
    },
    here,
  ];
}
