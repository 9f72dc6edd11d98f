/** Orders and their saga. The only package that combines several services. */
package io.orderflow.order;
