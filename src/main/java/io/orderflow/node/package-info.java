/** The contract between a node and the business packages that it carries. Knows no business. */
package io.orderflow.node;
