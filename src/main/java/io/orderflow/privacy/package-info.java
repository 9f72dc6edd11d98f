/**
 * Keeps stored card tokens and personal data unreadable: tokens by a key of the node, a person's data by a key of the person, which can be forgotten.
 */
package io.orderflow.privacy;
