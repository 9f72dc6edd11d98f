/** Shopping carts, each of which is checked out once into an order. Uses orders and products. */
package io.orderflow.cart;
