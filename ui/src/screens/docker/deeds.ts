/** Taking away at the engine: says what goes, and asks in the one confirm dialog. */
import type { LocalImage, PrunePlan } from '../../bindings';
import { count, plural, size } from '../../lib/format/number';
import { asFailure, host } from '../../lib/host';
import { confirm } from '../../state/confirm.svelte';
import { tasks } from '../../state/tasks.svelte';
import { toast } from '../../state/toast.svelte';
import { nameOf } from './words';

/** Takes one name away; the image stays as long as it has another. */
export function askUntag(image: LocalImage, name: string, ongone: () => void): void {
  const last = image.names.length === 1;
  const golden = image.golden.some((one) => one.standing === 'golden');
  confirm.ask({
    title: last ? `Remove ${name}?` : `Take the name ${name} away?`,
    body: last
      ? [
          'It is the image’s last name: the image goes from this engine with it.',
          'Nothing in a registry changes.',
          ...(golden ? ['It is golden: a pull brings it back.'] : []),
        ]
      : ['The image stays under its other names. Nothing in a registry changes.'],
    label: last ? 'Remove the image' : 'Take the name away',
    tone: 'danger',
    run: async () => {
      await host().call('remove_image', { image: name, force: false });
      toast.show({ tone: 'done', text: last ? `${name} is removed.` : `${name} is taken away.` });
      if (last) ongone();
    },
  });
}

export function askRemove(image: LocalImage, ondone: () => void): void {
  const golden = image.golden.some((one) => one.standing === 'golden');
  const names = image.names.length > 1 ? ` with all its names: ${image.names.join(', ')}` : '';
  confirm.ask({
    title: `Remove ${nameOf(image)}?`,
    body: [
      `The image goes from this engine${names}.`,
      'Nothing in a registry changes.',
      ...(golden ? ['It is golden: a pull brings it back.'] : []),
    ],
    label: 'Remove the image',
    tone: 'danger',
    run: async () => {
      const gone = await host().call('remove_image', { image: image.id, force: false });
      const freed = gone.bytes > 0 ? ` ${size(gone.bytes)} are free.` : '';
      toast.show({ tone: 'done', text: `${nameOf(image)} is removed.${freed}` });
      ondone();
    },
  });
}

/** What a prune would take, in sentences. */
export function pruneBody(plan: PrunePlan, all: boolean): string[] {
  const what = all
    ? 'that no container uses, also those with a name'
    : 'that have no name and that no container uses';
  const shown = plan.images.slice(0, 5).map(nameOf);
  const rest = plan.total - shown.length;
  const golden =
    plan.golden === 1
      ? '1 is a golden image: only a pull brings it back.'
      : `${count(plan.golden)} are golden images: only a pull brings them back.`;
  return [
    `${plural(plan.total, 'image goes', 'images go')} ${what}; at most ${size(plan.bytes)} become free.`,
    `${shown.join(', ')}${rest > 0 ? ` and ${plural(rest, 'other')}` : ''}`,
    ...(plan.golden > 0 ? [golden] : []),
  ];
}

/** Looks what would go, then asks. Where nothing would, it says so. */
export async function askPrune(all: boolean): Promise<void> {
  try {
    const plan = await host().call('prune_plan', { all });
    if (plan.total === 0) {
      const text = all ? 'Every image is used.' : 'Every image has a name or is used.';
      return toast.show({ tone: 'info', text: `${text} There is nothing to remove.` });
    }
    confirm.ask({
      title: `Remove ${plural(plan.total, 'unused image')}?`,
      body: pruneBody(plan, all),
      label: `Remove ${plural(plan.total, 'image')}`,
      tone: 'danger',
      run: async (watch) => {
        const { task, reply } = tasks.start('prune', { all }, 'Remove unused images');
        watch(task);
        const gone = await reply;
        const text = `${plural(gone.images.length, 'image')} removed; ${size(gone.bytes)} are free.`;
        toast.show({ tone: 'done', text });
      },
    });
  } catch (thrown) {
    const { message, hint } = asFailure(thrown);
    toast.show({ tone: 'problem', text: [message, hint].filter(Boolean).join(' ') });
  }
}
