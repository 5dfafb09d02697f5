/** Whether the window is too narrow for three columns: under 1000 px, or enlarged to that. */
class NarrowWindow {
  is = $state(false);

  follow(): () => void {
    const query = window.matchMedia('(max-width: 999px)');
    const look = () => (this.is = query.matches);
    look();
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }
}

export const narrowWindow = new NarrowWindow();
