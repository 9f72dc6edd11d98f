// The shop's words for the program's codes.
export const STATUS = {
  PENDING: { text: 'Under way', tone: 'busy', icon: 'play' },
  CONFIRMED: { text: 'Confirmed', tone: 'good', icon: 'check' },
  CANCELLED: { text: 'Cancelled', tone: 'plain', icon: 'cross' },
};

export const STATE = {
  RUNNING: { text: 'Under way', tone: 'busy', icon: 'play' },
  COMPENSATING: { text: 'Being undone', tone: 'warn', icon: 'back' },
  COMPLETED: { text: 'Completed', tone: 'good', icon: 'check' },
  COMPENSATED: { text: 'Undone', tone: 'plain', icon: 'cross' },
  COMPENSATION_FAILED: { text: 'Needs an operator', tone: 'bad', icon: 'alert' },
};

export const CALL = {
  RUNNING: { text: 'under way', tone: 'busy', icon: 'play' },
  COMPLETED: { text: 'done', tone: 'good', icon: 'check' },
  REFUSED: { text: 'refused', tone: 'warn', icon: 'cross' },
  FAILED: { text: 'given up', tone: 'bad', icon: 'cross' },
  CANCELLED: { text: 'called off', tone: 'plain', icon: 'cross' },
  IN_DOUBT: { text: 'in doubt', tone: 'warn', icon: 'question' },
  COMPENSATING: { text: 'under way', tone: 'busy', icon: 'back' },
  COMPENSATED: { text: 'undone', tone: 'good', icon: 'check' },
  COMPENSATION_FAILED: { text: 'failed', tone: 'bad', icon: 'alert' },
};

export const REASONS = {
  OUT_OF_STOCK: 'Not enough in stock',
  UNKNOWN_PRODUCT: 'Unknown product',
  PRICE_CHANGED: 'Price had changed',
  PAYMENT_DECLINED: 'Payment declined',
  PAYMENT_TIMEOUT: 'Payment not made in time',
  INSUFFICIENT_FUNDS: 'Too little money in the account',
  SHIPPING_UNAVAILABLE: 'Address not shipped to',
  CUSTOMER_REQUEST: 'Called off',
};

const STEPS = {
  'create-order': ['Record the order', 'Mark it as cancelled'],
  'reserve-inventory': ['Reserve the stock', 'Give the stock back'],
  'charge-payment': ['Charge the payment', 'Refund the payment'],
  'create-shipment': ['Arrange the shipment', 'Call the shipment off'],
  'ship-inventory': ['Take the goods from stock', ''],
  'confirm-order': ['Confirm the order', ''],
};

export const ORDER_STEPS = Object.keys(STEPS);

export function step(name, kind) {
  if (!name) {
    return '';
  }
  const words = STEPS[name];
  return words ? words[kind === 'COMPENSATION' ? 1 : 0] || words[0] : name;
}

export function reason(code) {
  return REASONS[code] || code;
}

const HAPPENINGS = {
  'saga STARTED': 'The order came in',
  'saga STEP_COMPLETED': 'Done',
  'saga ATTEMPT_FAILED': 'An attempt failed',
  'saga STEP_REFUSED': 'Refused',
  'saga STEP_GIVEN_UP': 'Given up',
  'saga CANCEL_REQUESTED': 'Called off',
  'saga COMPENSATION_GIVEN_UP': 'Undoing it failed in all attempts',
  'saga COMPENSATION_REVOKED': 'Undoing it failed after all',
  'saga RETRY_REQUESTED': 'An operator retried',
  'saga RESUMED': 'Another node took over',
  'operator cancel-order': 'An operator cancelled the order',
  'operator retry-compensation': 'An operator retried what failed',
  'order CREATED': 'Order recorded',
  'order CONFIRMED': 'Order confirmed',
  'order CANCELLED': 'Order cancelled',
  'payment CHARGED': 'Charged',
  'payment DECLINED': 'Charge declined',
  'payment CHARGE_QUEUED': 'The charge waits for the payment provider',
  'payment REFUND_QUEUED': 'The refund waits for the payment provider',
  'payment ATTEMPT_FAILED': 'An attempt of the payment failed',
  'payment REFUND_GIVEN_UP': 'The refund was given up',
  'payment REFUNDED': 'Refunded',
  'shipment CREATED': 'Shipment arranged',
  'shipment CANCELLED': 'Shipment called off',
};

export function happening(entry) {
  if (entry.type.startsWith('retry-now:')) {
    return `An operator tried at once: ${step(entry.type.slice(10)).toLowerCase()}`;
  }
  return HAPPENINGS[`${entry.about} ${entry.type}`] || entry.type.toLowerCase().replaceAll('_', ' ');
}
