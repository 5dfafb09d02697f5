/** Whether the window is too narrow for three columns: under 1000 px, or enlarged to that. */
class NarrowWindow {
  is = $state(false);
  /** So little room that the decision's lesser buttons stand in a menu. */
  tight = $state(false);

  follow(): () => void {
    const narrow = window.matchMedia('(max-width: 999px)');
    const tight = window.matchMedia('(max-width: 859px), (max-height: 599px)');
    const look = () => {
      this.is = narrow.matches;
      this.tight = tight.matches;
    };
    look();
    const queries = [narrow, tight];
    queries.forEach((query) => query.addEventListener('change', look));
    return () => queries.forEach((query) => query.removeEventListener('change', look));
  }
}

export const narrowWindow = new NarrowWindow();
