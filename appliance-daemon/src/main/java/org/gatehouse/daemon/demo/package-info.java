/**
 * The demo: a whole box on any machine, with simulated engines and a simulated commercial API, labelled as such
 * wherever they show. Nothing outside this package knows of it but the command line.
 */
@NullMarked
package org.gatehouse.daemon.demo;

import org.jspecify.annotations.NullMarked;
