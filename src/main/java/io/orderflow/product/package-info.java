/** Products, their prices, their stock and its reservations. */
package io.orderflow.product;
