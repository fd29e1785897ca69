package org.gatehouse.governance;

/** What somebody is to the box. What each may do stands in {@code docs/people.md} and is enforced by the admin API. */
public enum Role {
    /** May do everything, the machine and other people's roles included. */
    APPLIANCE_ADMIN,
    /** Governs: departments, keys, budgets, models, policies, people below the appliance's admins. */
    GOVERNANCE_ADMIN,
    /** Reads what was used and what it cost. */
    FINANCE,
    /** Reads everything, the trail and recorded bodies included, and changes nothing. */
    AUDITOR,
    /** Runs the departments that the user is given: their projects and keys. */
    DEPARTMENT_LEAD,
    /** Has keys in the projects that the user is given. */
    DEVELOPER;

    /** Whether the role holds only for the departments or projects that its user is given. */
    public boolean isLimited() {
        return this == DEPARTMENT_LEAD || this == DEVELOPER;
    }
}
