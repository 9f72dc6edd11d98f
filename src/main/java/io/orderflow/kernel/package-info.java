/**
 * Shared basics for all packages: money, ids, rejections, remembered commands, configuration, the serialisation marker. Uses no other
 * package.
 */
package io.orderflow.kernel;
