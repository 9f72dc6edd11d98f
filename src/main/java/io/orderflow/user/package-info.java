/** Users and their profiles. */
package io.orderflow.user;
