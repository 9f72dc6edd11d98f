/** Money accounts: deposits and withdrawals by clients, payments and their returns by sagas. */
package io.orderflow.account;
