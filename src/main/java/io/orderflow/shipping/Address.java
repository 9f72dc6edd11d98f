package io.orderflow.shipping;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The address of a shipment.
 *
 * @param postalCode null in countries without postal codes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Address(String name, String street, String city, String postalCode, String country) {}
