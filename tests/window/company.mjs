// A company's place, ready for work: a stage, a registry behind TLS and a password, and a workspace
// with a name and a login, set up by the `hallmark` command as a build machine would.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRegistry, run } from './registry.mjs';
import { removeFolder, setStage, temporaryFolder } from './stage.mjs';

/** The command under test: HALLMARK_COMMAND, or the one that cargo built for tests. */
export const COMMAND =
  process.env.HALLMARK_COMMAND ??
  join(dirname(fileURLToPath(import.meta.url)), '../../target/debug/hallmark');

/**
 * Opens the place for a person of that name. Gives `stage`, `registry`, `home` (the workspace),
 * `folder` (for files), `hallmark` (runs the command there), `publish` and `close`.
 */
export async function openCompany(name, { command = COMMAND } = {}) {
  if (!existsSync(command)) throw new Error(`${command} is not built: cargo build -p hallmark-cli`);
  const folder = temporaryFolder('company');
  const home = temporaryFolder('workspace');
  const stage = await setStage();
  const registry = await openRegistry(join(folder, 'registry'), 'ines', 'a password');
  const env = { ...stage.env, HALLMARK_HOME: home };

  async function hallmark(words, input) {
    const { code, said } = await run(command, words, { env, input });
    if (code !== 0) throw new Error(`hallmark ${words.slice(0, 2).join(' ')}: ${code} ${said}`);
  }

  /** Pushes an image, attaches its reports and asks for review. */
  async function publish(image, repository, why) {
    const tag = `${registry.host}/${repository}:${image.version}`;
    await registry.skopeo.push(image.layout, repository, image.version);
    await hallmark(['evidence', 'attach', tag, ...image.reports]);
    await hallmark(['request', tag, '--stage', 'golden', '-m', why]);
    return tag;
  }

  async function close() {
    await registry.close();
    await stage.close();
    [folder, home].forEach(removeFolder);
  }

  await hallmark(['key', 'show', '--name', name]);
  const login = ['login', registry.host, '-u', 'ines', '--password-stdin', '--ca', registry.ca];
  await hallmark(login, 'a password');
  return { stage, registry, home, folder, hallmark, publish, close };
}
