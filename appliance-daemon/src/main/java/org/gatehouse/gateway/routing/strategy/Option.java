package org.gatehouse.gateway.routing.strategy;

import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.TargetState;

/** A target that could serve, with what is known of it at the moment. */
public record Option(Candidate candidate, TargetState state) {}
