/** Shopping carts: filled, changed and checked out once, into an order. Knows orders and products; nobody knows it. */
package io.orderflow.cart;
