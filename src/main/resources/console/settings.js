// What a person chose for this browser: the theme and the time zone. Listeners are told of changes.
const listeners = new Set();

export const settings = {
  get utc() {
    return localStorage.getItem('zone') === 'utc';
  },
  get dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  },
};

export function toggleTheme() {
  const theme = settings.dark ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('theme', theme);
  changed();
}

export function toggleZone() {
  localStorage.setItem('zone', settings.utc ? 'local' : 'utc');
  changed();
}

export function onSettings(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  listeners.forEach((listener) => listener());
}
