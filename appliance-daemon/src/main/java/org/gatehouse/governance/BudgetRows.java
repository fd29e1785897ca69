package org.gatehouse.governance;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Budget;

/** Budgets: at most one of a period at a scope. */
final class BudgetRows implements Rows<SpendBudget, BudgetDraft> {
    private static final String SELECT = """
            SELECT t.id, t.scope_type, t.scope_id, t.budget_period, t.amount, t.currency, t.hard, t.created_at,
                t.updated_at, t.version,
            """ + Scopes.NAME + " FROM budget t\n" + Scopes.JOINS;

    @Override
    public String noun() {
        return "budgets";
    }

    @Override
    public String one() {
        return "budget";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("scope", UUID.class, "Only those that bind that node.", "t.scope_id = :value"));
    }

    @Override
    public Belonging belonging() {
        return Belonging.BY_SCOPE;
    }

    @Override
    public String idColumn() {
        return "t.id";
    }

    @Override
    public List<SpendBudget> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "t.id").map((row, _) -> new SpendBudget(Columns.id(row, "id"),
                Scopes.view(row), Columns.constant(row, "budget_period", Budget.Period.class),
                Objects.requireNonNull(Columns.amountOrNull(row, "amount")), Columns.text(row, "currency"),
                row.getBoolean("hard"), Columns.time(row, "created_at"), Columns.time(row, "updated_at"),
                row.getLong("version"))).list();
    }

    @Override
    public BudgetDraft draft(SpendBudget stored) {
        return stored.draft();
    }

    @Override
    public SpendBudget insert(ChangeSet changes, BudgetDraft draft) {
        String currency = check(changes.handle(), draft.amount(), draft.currency());
        UUID scope = Scopes.resolve(changes.handle(), draft.scope());
        Checks.free(changes.handle(),
                "There is already a budget per " + draft.period().id() + " at that scope. Change that one instead.",
                "SELECT 1 FROM budget WHERE scope_id = ? AND budget_period = ?", scope, draft.period().name());
        UUID id = changes.newId();
        changes.handle().createUpdate("""
                INSERT INTO budget (id, scope_type, scope_id, budget_period, amount, currency, hard, created_at,
                    updated_at, version)
                VALUES (:id, :type, :scope, :period, :amount, :currency, :hard, :now, :now, 1)
                """).bind("id", id).bind("type", draft.scope().type().name()).bind("scope", scope)
                .bind("period", draft.period().name()).bind("amount", draft.amount()).bind("currency", currency)
                .bind("hard", draft.hard()).bind("now", changes.timestamp()).execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public SpendBudget replace(ChangeSet changes, SpendBudget stored, BudgetDraft draft) {
        Checks checks = new Checks();
        checks.require(Scopes.resolve(changes.handle(), draft.scope()).equals(stored.scope().id()), "scope",
                "can't be changed; make a new budget");
        checks.require(draft.period() == stored.period(), "period", "can't be changed; make a new budget");
        checks.refuse();
        check(changes.handle(), draft.amount(), draft.currency());
        changes.handle().createUpdate("""
                UPDATE budget SET amount = :amount, hard = :hard, updated_at = :now, version = version + 1
                WHERE id = :id
                """).bind("id", stored.id()).bind("amount", draft.amount()).bind("hard", draft.hard())
                .bind("now", changes.timestamp()).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, SpendBudget stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM budget WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private static String check(Handle handle, BigDecimal amount, @Nullable String currency) {
        String accounting = SettingsRows.currency(handle);
        Checks checks = new Checks();
        checks.amount("amount", amount);
        checks.require(amount.signum() > 0, "amount", "must be more than 0");
        checks.require(currency == null || currency.equals(accounting), "currency",
                "must be the accounting currency, " + accounting);
        checks.refuse();
        return accounting;
    }
}
