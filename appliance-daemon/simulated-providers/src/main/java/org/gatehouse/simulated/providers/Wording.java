package org.gatehouse.simulated.providers;

/** How a provider words what is wrong with a field. Paths are in the provider's own spelling. */
interface Wording {

    /** Where a member of an object is. */
    String member(String path, String name);

    /** Where an element of a list is. */
    String element(String path, int index);

    /** A field that the provider does not know. */
    Problem unknown(String path, String name);

    /** A field that must be there and is not. */
    Problem missing(String path, String name);

    /** A field of a wrong type; {@code expected} is a JSON type: string, integer, number, boolean, object, array. */
    Problem wrongType(String path, String expected, String found);

    /** A field with a value that is refused for the reason given. */
    Problem refused(String path, String reason);

    /** The message of a body that is no JSON object. */
    Problem notJson();

    /** Whether {@code snake_case} spellings of fields are taken too, as Google's JSON reader does. */
    default boolean takesSnakeCase() {
        return false;
    }

    /** Whether unknown fields are refused at all. */
    default boolean refusesUnknown() {
        return true;
    }
}
