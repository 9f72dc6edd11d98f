/** Orders, and the saga that carries each through its steps. The only package that knows that several services exist. */
package io.orderflow.order;
