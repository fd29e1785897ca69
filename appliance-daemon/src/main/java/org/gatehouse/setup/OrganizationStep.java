package org.gatehouse.setup;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Scope;

/** Departments, their projects and budgets, and how strictly they are held. */
record OrganizationStep(Governance governance) implements Step<OrganizationStep.Organization> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** How it shall be. */
    record Organization(
            @About(value = "The departments.", min = 1, max = 200) List<AskedDepartment> departments,
            @About(value = "ISO 4217 code in which money is counted; null: as it is.", min = 3, max = 3, pattern = "[A-Z]{3}") @Nullable String currency,
            @About("How strictly they are held.") Preset preset) {

        /** Copies the list. */
        Organization {
            departments = List.copyOf(departments);
        }
    }

    /** A department. */
    record AskedDepartment(@About(value = "Unique.", min = 1, max = 100) String name,
            @About("What it may spend in a month, more than 0; null for as much as it likes.") @Nullable BigDecimal monthlyBudget,
            @About(value = "Its projects, by name.", fallback = "[]", max = 200) List<String> projects) {

        /** Copies the list. */
        AskedDepartment {
            projects = List.copyOf(projects);
        }
    }

    @Override
    public String name() {
        return Steps.ORGANIZATION;
    }

    @Override
    public Class<Organization> form() {
        return Organization.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode().put("currency", governance.currentSettings().currency());
        ArrayNode departments = found.putArray("departments");
        governance.departments().all().forEach(department -> departments.add(department.name()));
        ArrayNode presets = found.putArray("presets");
        for (Preset preset : Preset.values()) {
            presets.addObject().put("preset", preset.word()).put("about", preset.about());
        }
        return found;
    }

    @Override
    public List<Check> check(Organization answer, Asking asking) {
        return List.of(new Rehearsal(governance).check("organization", asking.actor(), declaration(answer)));
    }

    @Override
    public Outcome accept(Organization answer, Asking asking) {
        return switch (governance.declarations().apply(asking.actor(), declaration(answer), false, false)) {
            case Change.Refused<DeclarationReport>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<DeclarationReport>(DeclarationReport report) -> {
                int removed = answer.preset().rates() ? 0 : Preset.removeRates(governance, asking.actor());
                yield new Outcome.Done(Json.tree(answer),
                        Rehearsal.result(report).put("changed", report.created() + report.updated() + removed > 0),
                        NODES.objectNode());
            }
        };
    }

    private Declaration declaration(Organization answer) {
        Declaration stored = governance.declarations().export();
        List<DepartmentDraft> departments = new ArrayList<>();
        List<Declaration.DeclaredProject> projects = new ArrayList<>();
        List<Declaration.DeclaredBudget> budgets = new ArrayList<>();
        List<Declaration.DeclaredLimit> limits = new ArrayList<>();
        for (AskedDepartment asked : answer.departments()) {
            departments.add(all(stored.departments()).stream().filter(one -> one.name().equals(asked.name()))
                    .findFirst().orElseGet(() -> DepartmentDraft.named(asked.name())));
            for (String project : asked.projects()) {
                projects.add(all(stored.projects()).stream()
                        .filter(one -> one.department().equals(asked.name()) && one.name().equals(project)).findFirst()
                        .orElseGet(() -> new Declaration.DeclaredProject(asked.name(), project, null, List.of("*"))));
            }
            Declaration.DeclaredScope scope = new Declaration.DeclaredScope(Scope.Type.DEPARTMENT, asked.name());
            BigDecimal budget = asked.monthlyBudget();
            if (budget != null) {
                budgets.add(new Declaration.DeclaredBudget(scope, Budget.Period.MONTH, budget, null,
                        answer.preset().hard()));
            }
            limits.addAll(answer.preset().limits(scope));
        }
        List<Declaration.DeclaredModel> models = all(stored.models()).stream().map(answer.preset()::held).toList();
        return new Declaration(Declaration.VERSION, new Rehearsal(governance).counted(answer.currency()), departments,
                projects, null, null,
                models, null, null, null, limits, budgets, null);
    }

    private static <T> List<T> all(@Nullable List<T> section) {
        return section == null ? List.of() : section;
    }
}
