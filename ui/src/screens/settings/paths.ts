/** Paths that follow from the workspace's folder. */

/** The history's file, as the workspace keeps it. */
export function databasePath(home: string): string {
  const separator = home.includes('\\') && !home.includes('/') ? '\\' : '/';
  return `${home.replace(/[\\/]+$/, '')}${separator}history.db`;
}
