// Small parts that several pages use.
import { Component, h } from './preact.js';
import { get } from './api.js';
import { ago, time } from './format.js';
import { onSession } from './session.js';

const ICONS = {
  play: 'M5 3.500v9l7-4.500z',
  check: 'M3 8.500l3.2 3.200L13 5',
  cross: 'M4 4l8 8M12 4l-8 8',
  back: 'M6.5 4L3 7.5 6.5 11M3.5 7.500H10a3 3 0 0 1 0 6',
  alert: 'M8 2L15 14H1zM8 6.500v3.500M8 12v.200',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.200c-.800.4-1 .800-1 1.600M8 12.300v.200',
  clock: 'M8 2a6 6 0 1 0 .010 0M8 4.500V8l2.5 1.5',
};

export function Icon({ name }) {
  return h('svg', { class: `icon icon-${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, h('path', { d: ICONS[name] }));
}

/** A status by word, icon and colour. */
export function Badge({ of, text }) {
  return h('span', { class: `badge ${of.tone}` }, h(Icon, { name: of.icon }), ' ', text || of.text);
}

/** The heads of a table. A name that ends with # is of a column of numbers. */
export function Head({ names }) {
  return h('thead', null, h('tr', null, names.map((name) =>
    h('th', { scope: 'col', class: name.endsWith('#') ? 'number' : undefined, key: name }, name.replace('#', '')))));
}

export function Time({ at, precise, relative }) {
  return h('time', { datetime: at, title: at }, relative ? ago(at) : time(at, precise));
}

export function ProblemNote({ problem, retry }) {
  return h('div', { class: 'note bad', role: 'alert' }, h(Icon, { name: 'alert' }), ' ', problem.message, ' ',
    problem.code ? h('a', { href: `/docs/problems/${problem.code}` }, problem.code) : null,
    retry ? h('button', { type: 'button', onClick: retry }, 'Try again') : null);
}

/**
 * Reads a path and shows it by `children(data, reload)`. It reads again when the path changes, when somebody signs in, and every `every`
 * milliseconds, which may be a function of the data. What was read stays until something newer comes, so that nothing jumps.
 */
export class Loaded extends Component {
  constructor(props) {
    super(props);
    this.state = { data: null, problem: null };
    this.reload = this.reload.bind(this);
  }

  componentDidMount() {
    this.unsubscribe = [onSession(this.reload)];
    if (this.props.live) {
      this.unsubscribe.push(this.props.live(this.reload));
    }
    this.reload();
  }

  componentDidUpdate(before) {
    if (before.path !== this.props.path) {
      this.setState({ data: this.props.keep ? this.state.data : null });
      this.reload();
    }
  }

  componentWillUnmount() {
    this.gone = true;
    clearTimeout(this.timer);
    this.reading?.abort();
    this.unsubscribe.forEach((end) => end());
  }

  async reload() {
    clearTimeout(this.timer);
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const { every } = this.props;
    let pause = typeof every === 'function' ? this.state.data && every(this.state.data) : every;
    try {
      const data = await get(this.props.path, reading.signal);
      if (!reading.signal.aborted) {
        this.setState({ data, problem: null });
        pause = typeof every === 'function' ? every(data) : every;
      }
    } catch (problem) {
      if (problem.name === 'AbortError' || reading.signal.aborted) {
        return;
      }
      this.setState({ problem });
      pause = problem.status === 0 || problem.status >= 500 ? 2000 : pause;
    }
    if (pause && !this.gone && !reading.signal.aborted) {
      this.timer = setTimeout(this.reload, pause);
    }
  }

  render({ children }, { data, problem }) {
    return [
      problem && problem.status !== 401 ? h(ProblemNote, { problem, retry: problem.status ? this.reload : null, key: 'problem' }) : null,
      data ? children(data, this.reload) : problem ? null : h('p', { class: 'loading', key: 'loading' }, 'Reading…'),
    ];
  }
}
