/** Users: who shops here. */
package io.orderflow.user;
