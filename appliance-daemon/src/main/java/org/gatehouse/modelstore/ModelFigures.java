package org.gatehouse.modelstore;

/**
 * The model store in numbers, at most half a minute old.
 *
 * @param bytes of all models in it; those that stay where they are cost nothing and are not counted
 * @param models whose seal holds
 * @param untrusted models whose seal does not hold
 */
public record ModelFigures(long bytes, int models, int untrusted) {
    static final ModelFigures NONE = new ModelFigures(0, 0, 0);
}
