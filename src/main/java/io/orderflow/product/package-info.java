/** Products: what they cost, how many there are, and who has reserved them. */
package io.orderflow.product;
