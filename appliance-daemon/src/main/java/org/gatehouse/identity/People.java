package org.gatehouse.identity;

/**
 * Everything about people that other rooms call. Immutable.
 *
 * @param sessions who is signed in
 * @param breakGlass the way in when no identity provider answers
 */
public record People(Sessions sessions, BreakGlass breakGlass) {}
