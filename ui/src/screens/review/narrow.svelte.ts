/**
 * How much room the window has. Under 1180 px the list is a drawer, under 1000 px the decision is a
 * bar below; enlarging the page counts as a smaller window.
 */
class NarrowWindow {
  /** The list is a drawer. */
  drawer = $state(false);
  /** The decision is a bar below. */
  is = $state(false);
  /** So little room that the decision's lesser buttons stand in a menu. */
  tight = $state(false);

  follow(): () => void {
    const drawer = window.matchMedia('(max-width: 1179px)');
    const narrow = window.matchMedia('(max-width: 999px)');
    const tight = window.matchMedia('(max-width: 859px), (max-height: 599px)');
    const look = () => {
      this.drawer = drawer.matches;
      this.is = narrow.matches;
      this.tight = tight.matches;
    };
    look();
    const queries = [drawer, narrow, tight];
    queries.forEach((query) => query.addEventListener('change', look));
    return () => queries.forEach((query) => query.removeEventListener('change', look));
  }
}

export const narrowWindow = new NarrowWindow();
