package org.gatehouse.setup.wizard.question;

/** What a text has to be. */
public enum Shape {
    /** Any text of one line. */
    LINE,
    /** A whole number that is not negative; becomes a JSON number. */
    WHOLE,
    /** An amount of money such as 12.50; becomes a decimal string. */
    MONEY,
    /** A text of many lines, such as a certificate; on a terminal the path of a file. */
    FILE
}
