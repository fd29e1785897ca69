package org.gatehouse.governance;

import org.gatehouse.store.SecretBox;

/** The rows of every noun, so that they can refer to one another. Made once. Immutable. */
final class Nouns {
    private final DepartmentRows departments = new DepartmentRows(this);
    private final ProjectRows projects = new ProjectRows(this);
    private final UserRows users = new UserRows(this);
    private final KeyRows keys;
    private final LimitRows limits = new LimitRows();
    private final BudgetRows budgets = new BudgetRows();
    private final UpstreamRows upstreams;
    private final ModelRows models = new ModelRows(this);
    private final PriceRows prices = new PriceRows(this);
    private final PolicyRows policies = new PolicyRows();
    private final DeploymentRows deployments;
    private final SignOnRows signOn;
    private final AlertRuleRows alertRules = new AlertRuleRows(this);
    private final AlertDestinationRows alertDestinations;
    private final AccessRequestRows accessRequests = new AccessRequestRows(this);
    private final MachineClientRows machineClients = new MachineClientRows(this);
    private final SettingsRows settings;

    Nouns(SecretBox secrets, KeySecrets keySecrets, DeploymentCheck check) {
        this.keys = new KeyRows(this, keySecrets);
        this.upstreams = new UpstreamRows(this, secrets);
        this.alertDestinations = new AlertDestinationRows(this, secrets);
        this.settings = new SettingsRows(secrets);
        this.signOn = new SignOnRows(this, secrets);
        this.deployments = new DeploymentRows(this, check);
    }

    DepartmentRows departments() {
        return departments;
    }

    ProjectRows projects() {
        return projects;
    }

    UserRows users() {
        return users;
    }

    KeyRows keys() {
        return keys;
    }

    LimitRows limits() {
        return limits;
    }

    BudgetRows budgets() {
        return budgets;
    }

    UpstreamRows upstreams() {
        return upstreams;
    }

    ModelRows models() {
        return models;
    }

    DeploymentRows deployments() {
        return deployments;
    }

    PriceRows prices() {
        return prices;
    }

    PolicyRows policies() {
        return policies;
    }

    SignOnRows signOn() {
        return signOn;
    }

    AccessRequestRows accessRequests() {
        return accessRequests;
    }

    AlertRuleRows alertRules() {
        return alertRules;
    }

    AlertDestinationRows alertDestinations() {
        return alertDestinations;
    }

    MachineClientRows machineClients() {
        return machineClients;
    }

    SettingsRows settings() {
        return settings;
    }
}
