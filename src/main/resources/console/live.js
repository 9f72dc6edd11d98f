// What changes in the shop, pushed by the node: one stream for the whole page. EventSource can't send a token, so the stream is read by fetch.
import { session, tokenRefused, onSession } from './session.js';

const listeners = new Set();
const watchers = new Set();
let overview = null;
let state = 'connecting';
let lastId = '';
let reading = null;

export const live = {
  /** The latest overview; null before the first. */
  get overview() {
    return overview;
  },
  /** connecting, live or away. */
  get state() {
    return state;
  },
};

/**
 * Calls the listener with each list of changes, and with null if everything may have changed.
 * @returns ends it
 */
export function onChanges(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls the watcher when there is a new overview or the connection comes or goes. */
export function onOverview(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Subscribes a page that shows what `concerns` accepts: it reads again soon after such a change, at most once in `pause` milliseconds. */
export function whenChanged(concerns, pause = 500) {
  return (reload) => {
    let timer = 0;
    let last = 0;
    const soon = () => {
      timer ||= setTimeout(() => {
        timer = 0;
        last = Date.now();
        reload();
      }, Math.max(50, last + pause - Date.now()));
    };
    const end = onChanges((changes) => (changes === null || changes.some(concerns)) && soon());
    return () => {
      end();
      clearTimeout(timer);
    };
  };
}

function become(next) {
  if (state !== next) {
    state = next;
    watchers.forEach((watcher) => watcher());
  }
}

function take(message) {
  const fields = Object.fromEntries(message.split('\n').filter((line) => !line.startsWith(':')).map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  }));
  if (fields.event === 'changes') {
    const { changes, more } = JSON.parse(fields.data);
    listeners.forEach((listener) => listener(more ? null : changes));
  } else if (fields.event === 'reset') {
    listeners.forEach((listener) => listener(null));
  } else if (fields.event === 'overview') {
    overview = JSON.parse(fields.data);
    watchers.forEach((watcher) => watcher());
  }
  if (fields.id) {
    lastId = fields.id;
  }
}

async function read(signal) {
  const headers = { Accept: 'text/event-stream' };
  if (session.token) {
    headers.Authorization = `Bearer ${session.token}`;
  }
  if (lastId) {
    headers['Last-Event-ID'] = lastId;
  }
  const answer = await fetch('/ops/stream', { headers, signal });
  if (answer.status === 401) {
    tokenRefused();
  }
  if (!answer.ok) {
    throw new Error(`the stream was answered with ${answer.status}`);
  }
  become('live');
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const messages = (text + value).split('\n\n');
    text = messages.pop();
    messages.forEach(take);
  }
}

/** Reads the stream for as long as the page is open. After a break it goes on where it was. */
export async function watch() {
  onSession(() => reading?.abort());
  for (let pause = 500; ;) {
    if (!session.isNeeded) {
      reading = new AbortController();
      try {
        await read(reading.signal);
        pause = 500;
      } catch {
        become('away');
        pause = Math.min(pause * 2, 5000);
      }
    }
    await new Promise((resume) => { setTimeout(resume, pause); });
  }
}
