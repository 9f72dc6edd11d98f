// A button for something that changes the shop, and the dialog that asks for the reason.
import { Component, createRef, h } from './preact.js';
import { post } from './api.js';
import { session } from './session.js';
import { Icon, ProblemNote } from './ui.js';

let number = 0;

/**
 * `path` gets the reason. `text` is the button, `title` and `explains` the dialog. `done` is called after success. Without the scope the button is
 * disabled and says which one is missing.
 */
export class Action extends Component {
  dialog = createRef();

  id = `why-${number += 1}`;

  state = { problem: null, busy: false, said: '' };

  open() {
    this.setState({ problem: null, said: '' });
    this.dialog.current.showModal();
  }

  async submit(event) {
    event.preventDefault();
    const { path, done, body } = this.props;
    const reason = new FormData(event.target).get('reason').trim();
    this.setState({ busy: true, problem: null });
    try {
      await post(path, { ...body, reason });
      this.dialog.current.close();
      event.target.reset();
      this.setState({ said: 'Done.' });
      done?.();
    } catch (problem) {
      this.setState({ problem });
    }
    this.setState({ busy: false });
  }

  render({ text, title, explains, danger, primary, disabled, why }, { problem, busy, said }) {
    const lacks = session.may('ops:write') ? '' : 'Needs the scope ops:write';
    const refused = lacks || (disabled ? why : '');
    const { id } = this;
    return h('span', { class: 'action' },
      h('button', { type: 'button', class: danger ? 'danger' : primary ? 'primary' : undefined, disabled: Boolean(refused), 'aria-describedby': refused ? id : undefined,
        title: refused || undefined, onClick: () => this.open() }, text),
      refused ? h('span', { id, class: lacks ? 'muted' : 'hidden' }, ` ${refused}`) : null,
      h('span', { role: 'status', class: 'hidden' }, said),
      h('dialog', { ref: this.dialog, 'aria-label': title || text },
        h('form', { onSubmit: (event) => this.submit(event) },
          h('h2', null, title || text), h('p', null, explains),
          problem ? h(ProblemNote, { problem }) : null,
          h('label', null, 'Reason, for the record', h('textarea', { name: 'reason', required: true, maxlength: 400, rows: 2 })),
          h('div', { class: 'buttons' },
            h('button', { class: 'primary', disabled: busy }, busy ? h(Icon, { name: 'clock' }) : null, text),
            h('button', { type: 'button', onClick: () => this.dialog.current.close() }, 'Back')))));
  }
}
