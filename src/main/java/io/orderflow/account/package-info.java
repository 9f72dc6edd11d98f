/** Accounts of money: deposits and withdrawals by clients, payments and their return by sagas. */
package io.orderflow.account;
