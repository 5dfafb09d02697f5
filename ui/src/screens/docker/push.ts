/** What a push knows before it begins: where a name leads, and whose login is used there. */
import type { RegistryInfo } from '../../bindings';
import { HUB, isHere, readReference } from './reference';

export interface Place {
  key: number;
  text: string;
}

/** Whether a name says by itself which registry it belongs to. */
export function firstPlace(name: string): boolean {
  const read = readReference(name);
  return read !== null && read.host !== HUB;
}

/** Whose login is used at a registry, in words; nothing where there is none and one is wanted. */
export function loginOf(host: string, known: RegistryInfo | null): string | null {
  if (known?.username) {
    const place = known.secret_place ? `, kept in ${known.secret_place}` : '';
    return `As ${known.username} at ${host}${place}`;
  }
  if (known?.helper) return `With docker-credential-${known.helper} at ${host}`;
  if (known?.from_docker) return `With ${known.from_docker} at ${host}`;
  if (known) return `${host}, which is used without a login`;
  return isHere(host) ? `${host}, on this machine, without a login` : null;
}
