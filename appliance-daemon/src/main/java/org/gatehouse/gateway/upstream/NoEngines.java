package org.gatehouse.gateway.upstream;

/** Of a box that supervises no engine. */
record NoEngines() implements LocalEngines {

    @Override
    public Standing standing(String deployment, String model) {
        return new Standing.Refused("does not exist on this box");
    }

    @Override
    public void wanted(String deployment, String model) {
        // Nothing can be woken.
    }

    @Override
    public void unreachable(String deployment, String instance) {
        // No instance was ever named.
    }

    @Override
    public Watch onChange(String deployment, String model, Runnable action) {
        return () -> {};
    }
}
