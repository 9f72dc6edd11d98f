// The page's address after # is its state: a path and parameters, such as #/orders?q=tea.
const listeners = new Set();

export function here() {
  const [path, query] = location.hash.replace(/^#/, '').split('?');
  return { path: path || '/', parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function href(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''));
  return `#${path}${query.toString() ? `?${query}` : ''}`;
}

/** Goes to a state. One that only refines the present one takes its place in the browser's history. */
export function go(target, replaces = false) {
  if (replaces) {
    history.replaceState(null, '', target);
    listeners.forEach((listener) => listener());
  } else {
    location.hash = target;
  }
}

export function onRoute(listener) {
  listeners.add(listener);
  addEventListener('hashchange', listener);
}
