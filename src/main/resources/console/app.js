// The frame around all pages: navigation, theme, time zone, signing in.
import { Component, h, render } from './preact.js';
import { here, onRoute } from './router.js';
import { get } from './api.js';
import { known, onSession, session, signIn, signOut } from './session.js';
import { arrive, issuer, leave } from './sign-in.js';
import { onSettings, settings, toggleTheme, toggleZone } from './settings.js';
import { live, onOverview, watch } from './live.js';
import { NowPage } from './page-now.js';
import { OrdersPage } from './page-orders.js';
import { OrderPage } from './page-order.js';
import { AuditPage } from './page-audit.js';
import { BatchesPage } from './page-batches.js';
import { PaymentsPage } from './page-payments.js';
import { SagasPage } from './page-sagas.js';
import { StockPage } from './page-stock.js';
import { ViewsPage } from './page-views.js';

const PAGES = [
  { path: '/', name: 'Now', page: NowPage, matches: /^\/$/ },
  { path: '/orders', name: 'Orders', page: OrdersPage, matches: /^\/orders$/ },
  { path: '/payments', name: 'Payments', page: PaymentsPage, matches: /^\/payments$/ },
  { path: '/stock', name: 'Stock and accounts', page: StockPage, matches: /^\/stock$/ },
  { path: '/batches', name: 'Batches', page: BatchesPage, matches: /^\/batches$/ },
  { path: '/sagas', name: 'Sagas', page: SagasPage, matches: /^\/sagas$/ },
  { path: '/views', name: 'Views', page: ViewsPage, matches: /^\/views$/ },
  { path: '/audit', name: 'Audit', page: AuditPage, matches: /^\/audit$/ },
  { path: '/orders/', name: '', page: OrderPage, matches: /^\/orders\/[^/]+$/ },
];

function Navigation({ path }) {
  return h('nav', { 'aria-label': 'Pages' }, h('ul', null, PAGES.filter((page) => page.name).map((page) =>
    h('li', { key: page.path }, h('a', { href: `#${page.path}`, 'aria-current': page.matches.test(path) ? 'page' : undefined }, page.name)))));
}

function TokenForm({ done, button }) {
  const submit = (event) => {
    event.preventDefault();
    signIn(new FormData(event.target).get('token'));
    done();
  };
  return h('form', { onSubmit: submit },
    h('label', { for: 'token' }, 'Access token'),
    h('input', { id: 'token', name: 'token', type: 'password', required: true, autocomplete: 'off', spellcheck: false }),
    h('p', { class: 'muted' }, 'A token of your issuer with the scope ops:read, and ops:write to mend. It is kept for this tab alone.'),
    h('button', { class: issuer.host ? undefined : 'primary' }, button));
}

function SignIn({ done }) {
  const note = session.wasRefused ? 'The node did not accept that token. Perhaps it has expired.' : issuer.problem;
  return h('section', { class: 'panel sign-in', 'aria-labelledby': 'sign-in' }, h('h1', { id: 'sign-in' }, 'Sign in'),
    note ? h('p', { class: 'note bad', role: 'alert' }, note) : null,
    issuer.host ? [
      h('p', null, 'You sign in at ', h('strong', null, issuer.host), ' and come back to this page.'),
      h('button', { type: 'button', class: 'primary', onClick: leave }, 'Sign in'),
      h('details', null, h('summary', null, 'Use an access token instead'), h(TokenForm, { done, button: 'Use it' }))]
      : h(TokenForm, { done, button: 'Sign in' }));
}

/** Whether the page hears what happens. */
class Pulse extends Component {
  componentDidMount() {
    onOverview(() => this.setState({}));
  }

  render() {
    return h('p', { class: `pulse ${live.state}`, role: 'status' }, { live: 'Live', connecting: 'Connecting…', away: 'No connection to the node' }[live.state]);
  }
}

class App extends Component {
  componentDidMount() {
    const draw = () => this.setState({});
    let { path } = here();
    onRoute(() => {
      draw();
      // Another page: whoever can't see it is led there. A refined search leaves the focus where it is.
      if (here().path !== path) {
        path = here().path;
        scrollTo(0, 0);
        document.getElementById('main')?.focus({ preventScroll: true });
      }
    });
    onSession(draw);
    onSettings(draw);
    this.ask();
    watch();
  }

  /** Asks the node who this is, so that pages can say what this person may not do. */
  ask() {
    get('/ops/session').then(known, (problem) => problem.status === 0 && setTimeout(() => this.ask(), 2000));
  }

  render() {
    const { path, parameters } = here();
    const page = PAGES.find((each) => each.matches.test(path));
    return h('div', { class: 'frame' },
      h('a', { class: 'skip', href: '#main', onClick: (event) => {
        event.preventDefault();
        document.getElementById('main').focus();
      } }, 'To the content'),
      h('header', null,
        h('a', { class: 'brand', href: '#/' }, h('img', { src: '/console/icon.svg', alt: '', width: 24, height: 24 }), 'Orderflow'),
        h(Navigation, { path }),
        h(Pulse),
        h('div', { class: 'switches' },
          h('button', { type: 'button', onClick: toggleZone, title: 'Switch between local time and UTC' }, settings.utc ? 'UTC' : 'Local time'),
          h('button', { type: 'button', onClick: toggleTheme }, settings.dark ? 'Light' : 'Dark'),
          session.token ? h('button', { type: 'button', onClick: signOut }, 'Sign out') : null)),
      h('main', { id: 'main', tabindex: -1 }, session.isNeeded ? h(SignIn, { done: () => this.ask() })
        : page ? h(page.page, { path, parameters, zone: settings.utc }) : h('p', null, 'There is no such page.')));
  }
}

await arrive();
document.getElementById('app').replaceChildren();
render(h(App), document.getElementById('app'));
