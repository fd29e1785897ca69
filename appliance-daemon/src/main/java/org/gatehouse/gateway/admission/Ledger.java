package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

/**
 * Tokens and money of every scope: used, and reserved by calls in flight. A grant is all or nothing over every quota
 * and budget that applies, and used plus reserved never passes any of them, however many calls race; so a hard quota is
 * never overshot as long as no call uses more than it was granted.
 *
 * <p>Thread-safe: one lock guards all accounts. It is held for about a microsecond and never across I/O; one lock
 * instead of one per account keeps "all or nothing" plain to see.
 */
public final class Ledger {
    private final Map<Scope, Account> accounts = new HashMap<>();
    private final SoftBudgets softBudgets = new SoftBudgets();
    private final Consumer<BudgetCrossing> crossings;

    /** A ledger whose soft budgets nobody asks about. */
    public Ledger() {
        this(_ -> {});
    }

    /**
     * A ledger that says when soft budgets are used up.
     *
     * @param crossings told once for each budget and period, on the thread of the call that reached it; must be quick
     */
    public Ledger(Consumer<BudgetCrossing> crossings) {
        this.crossings = crossings;
    }

    /** Starts from what the rows say; called once, before the first call. */
    public synchronized void load(Collection<ScopeTotals> totals) {
        for (ScopeTotals total : totals) {
            Account account = account(total.scope());
            account.inputUsed = total.inputTokens();
            account.outputUsed = total.outputTokens();
            account.day = total.today().toEpochDay();
            account.month = monthOf(total.today());
            account.spentToday = total.spentToday();
            account.spentThisMonth = total.spentThisMonth();
        }
    }

    /** What one scope has used and holds, for tests and reports. */
    public synchronized Balance balanceOf(Scope scope) {
        Account account = account(scope);
        return new Balance(account.inputUsed, account.outputUsed, account.inputReserved, account.outputReserved,
                account.spentToday, account.spentThisMonth, account.moneyReserved);
    }

    /** Used and reserved amounts of one scope at one moment. */
    public record Balance(long inputUsed, long outputUsed, long inputReserved, long outputReserved,
            BigDecimal spentToday, BigDecimal spentThisMonth, BigDecimal moneyReserved) {}

    /**
     * The soft budgets that are used up without having been said to be: after a start, and when a budget is new or its
     * amount was changed. They count as said then. Budgets that are not among these are forgotten.
     *
     * @param bound each soft budget with one key that it binds
     */
    public synchronized List<BudgetCrossing> usedUp(Map<Budget, KeyRecord> bound, Instant now) {
        Set<UUID> ids = new HashSet<>();
        List<BudgetCrossing> found = new ArrayList<>();
        bound.forEach((budget, key) -> {
            ids.add(budget.id());
            check(budget, key, now, found);
        });
        softBudgets.retain(ids);
        return found;
    }

    /** What of a budget is spent in its period. */
    public synchronized BigDecimal spent(Budget budget, Instant now) {
        Account account = account(budget.scope());
        account.turnPage(now);
        return account.spent(budget.period());
    }

    private void check(Budget budget, KeyRecord key, Instant now, List<BudgetCrossing> found) {
        Account account = account(budget.scope());
        account.turnPage(now);
        BigDecimal spent = account.spent(budget.period());
        if (softBudgets.isNews(budget, spent, account.page(budget.period()))) {
            found.add(new BudgetCrossing(budget, key, spent, startOf(budget.period(), now)));
        }
    }

    private static Instant startOf(Budget.Period period, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        LocalDate first = switch (period) {
            case DAY -> today;
            case MONTH -> today.withDayOfMonth(1);
        };
        return first.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Takes what a call may need from every quota and budget of its key, or nothing. */
    synchronized Answer reserve(KeyRecord key, Need need, Instant now) {
        long most = Long.MAX_VALUE;
        for (Limit limit : key.limits()) {
            if (!isQuota(limit.kind())) {
                continue;
            }
            Account account = account(limit.scope());
            long input = countsInput(limit.kind()) ? need.inputTokens() : 0;
            long least = input + (countsOutput(limit.kind()) ? need.leastOutput() : 0);
            long free = limit.amount() - account.held(limit.kind());
            if (free < least) {
                return new Insufficient(limit, null, limit.amount() - account.used(limit.kind()) < least);
            }
            if (countsOutput(limit.kind())) {
                most = Math.min(most, free - input);
            }
        }
        boolean money = false;
        for (Budget budget : key.budgets()) {
            if (!budget.hard()) {
                continue;
            }
            money = true;
            Account account = account(budget.scope());
            account.turnPage(now);
            BigDecimal unspent = budget.amount().subtract(account.spent(budget.period()));
            BigDecimal free = unspent.subtract(account.moneyReserved);
            BigDecimal least = need.money(need.leastOutput());
            // A hard stop stops what costs nothing too, but not in the middle of an answer.
            boolean stopped = need.begins() && unspent.signum() <= 0;
            if (stopped || free.compareTo(least) < 0) {
                return new Insufficient(null, budget, stopped || unspent.compareTo(least) < 0);
            }
            most = Math.min(most, affordable(free.subtract(need.inputMoney()), need.outputPrice()));
        }
        long output = Math.min(need.outputTokens(), most);
        Hold hold = new Hold(key, boundScopes(key), need, money);
        hold.add(need.inputTokens(), output, need.money(output));
        return new Granted(hold, output, most);
    }

    /** The answer to {@link #reserve}. */
    sealed interface Answer {}

    /**
     * Reserved, perhaps fewer output tokens than wanted.
     *
     * @param most output tokens that could have been had at that moment
     */
    record Granted(Hold hold, long outputTokens, long most) implements Answer {}

    /**
     * Not enough left.
     *
     * @param hopeless whether it would not fit even if no other call held anything
     */
    record Insufficient(@Nullable Limit limit, @Nullable Budget budget, boolean hopeless) implements Answer {}

    /** What one call holds. Guarded by the ledger's lock. */
    final class Hold {
        private final KeyRecord key;
        private final List<Scope> scopes;
        private final Need need;
        private final boolean money;
        private long input;
        private long output;
        private BigDecimal reserved = BigDecimal.ZERO;
        private boolean settled;

        private Hold(KeyRecord key, List<Scope> scopes, Need need, boolean money) {
            this.key = key;
            this.scopes = scopes;
            this.need = need;
            this.money = money;
        }

        private void add(long moreInput, long moreOutput, BigDecimal moreMoney) {
            input += moreInput;
            output += moreOutput;
            BigDecimal charged = money ? moreMoney : BigDecimal.ZERO;
            reserved = reserved.add(charged);
            for (Scope scope : scopes) {
                Account account = account(scope);
                account.inputReserved += moreInput;
                account.outputReserved += moreOutput;
                account.moneyReserved = account.moneyReserved.add(charged);
            }
        }

        /** More output tokens, at most {@code wanted}; 0 when a quota or budget is used up. */
        long extend(long wanted, Instant now) {
            synchronized (Ledger.this) {
                Need more = need.more(wanted);
                if (settled || !(reserve(key, more, now) instanceof Granted granted)) {
                    return 0;
                }
                // One hold a call: what was just granted moves over to this one.
                BigDecimal cost = more.money(granted.outputTokens());
                granted.hold().add(0, -granted.outputTokens(), cost.negate());
                add(0, granted.outputTokens(), cost);
                return granted.outputTokens();
            }
        }

        /** Gives back what is held and books what was used, once. */
        void settle(Usage usage, @Nullable BigDecimal cost, Instant startedAt, Instant now) {
            List<BudgetCrossing> reached = List.of();
            synchronized (Ledger.this) {
                if (settled) {
                    return;
                }
                settled = true;
                add(-input, -output, reserved.negate());
                for (Scope scope : scopesOf(key)) {
                    account(scope).book(usage, cost, startedAt, now);
                }
                if (cost != null && cost.signum() > 0) {
                    reached = reached(now);
                }
            }
            reached.forEach(crossings);
        }

        private List<BudgetCrossing> reached(Instant now) {
            List<BudgetCrossing> found = List.of();
            for (Budget budget : key.budgets()) {
                if (!budget.hard()) {
                    found = found.isEmpty() ? new ArrayList<>(2) : found;
                    check(budget, key, now, found);
                }
            }
            return found;
        }
    }

    /** Books what held nothing, and says which soft budgets it used up. */
    void bookUnreserved(KeyRecord key, Usage usage, @Nullable BigDecimal cost, Instant startedAt, Instant now) {
        Need nothing = new Need(0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, false);
        new Hold(key, List.of(), nothing, false).settle(usage, cost, startedAt, now);
    }

    /** Books a call that held nothing: one found interrupted at the next start. */
    public synchronized void book(Collection<Scope> scopes, Usage usage, @Nullable BigDecimal cost, Instant startedAt,
            Instant now) {
        scopes.forEach(scope -> account(scope).book(usage, cost, startedAt, now));
    }

    /** Every scope that a call with this key counts for. */
    public static List<Scope> scopesOf(KeyRecord key) {
        List<Scope> scopes = new ArrayList<>(5);
        scopes.add(new Scope(Scope.Type.ORGANISATION, key.organisationId()));
        scopes.add(new Scope(Scope.Type.DEPARTMENT, key.departmentId()));
        scopes.add(new Scope(Scope.Type.PROJECT, key.projectId()));
        UUID owner = key.owner();
        if (owner != null) {
            scopes.add(new Scope(Scope.Type.USER, owner));
        }
        scopes.add(new Scope(Scope.Type.KEY, key.id()));
        return scopes;
    }

    private static List<Scope> boundScopes(KeyRecord key) {
        List<Scope> scopes = new ArrayList<>(4);
        for (Limit limit : key.limits()) {
            if (isQuota(limit.kind()) && !scopes.contains(limit.scope())) {
                scopes.add(limit.scope());
            }
        }
        for (Budget budget : key.budgets()) {
            if (budget.hard() && !scopes.contains(budget.scope())) {
                scopes.add(budget.scope());
            }
        }
        return scopes;
    }

    private Account account(Scope scope) {
        return accounts.computeIfAbsent(scope, _ -> new Account());
    }

    private static long affordable(BigDecimal money, BigDecimal pricePerToken) {
        if (pricePerToken.signum() == 0) {
            return Long.MAX_VALUE;
        }
        BigDecimal tokens = money.divide(pricePerToken, 0, RoundingMode.FLOOR);
        return tokens.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : tokens.longValueExact();
    }

    static boolean isQuota(Limit.Kind kind) {
        return switch (kind) {
            case TOTAL_TOKENS, TOTAL_INPUT_TOKENS, TOTAL_OUTPUT_TOKENS -> true;
            case REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, INPUT_TOKENS_PER_MINUTE, OUTPUT_TOKENS_PER_MINUTE,
                    CONCURRENT_REQUESTS ->
                false;
        };
    }

    private static boolean countsInput(Limit.Kind kind) {
        return kind != Limit.Kind.TOTAL_OUTPUT_TOKENS;
    }

    private static boolean countsOutput(Limit.Kind kind) {
        return kind != Limit.Kind.TOTAL_INPUT_TOKENS;
    }

    private static int monthOf(LocalDate date) {
        return date.getYear() * 12 + date.getMonthValue();
    }

    /** One scope's books. Guarded by the ledger's lock. */
    private static final class Account {
        private long inputUsed;
        private long outputUsed;
        private long inputReserved;
        private long outputReserved;
        private long day;
        private int month;
        private BigDecimal spentToday = BigDecimal.ZERO;
        private BigDecimal spentThisMonth = BigDecimal.ZERO;
        private BigDecimal moneyReserved = BigDecimal.ZERO;

        private long used(Limit.Kind kind) {
            return (countsInput(kind) ? inputUsed : 0) + (countsOutput(kind) ? outputUsed : 0);
        }

        private long held(Limit.Kind kind) {
            return used(kind) + (countsInput(kind) ? inputReserved : 0) + (countsOutput(kind) ? outputReserved : 0);
        }

        private BigDecimal spent(Budget.Period period) {
            return switch (period) {
                case DAY -> spentToday;
                case MONTH -> spentThisMonth;
            };
        }

        private long page(Budget.Period period) {
            return switch (period) {
                case DAY -> day;
                case MONTH -> month;
            };
        }

        private void turnPage(Instant now) {
            long today = Math.floorDiv(now.getEpochSecond(), 86_400);
            if (today > day) {
                day = today;
                spentToday = BigDecimal.ZERO;
                int thisMonth = monthOf(LocalDate.ofInstant(now, ZoneOffset.UTC));
                if (thisMonth > month) {
                    month = thisMonth;
                    spentThisMonth = BigDecimal.ZERO;
                }
            }
        }

        private void book(Usage usage, @Nullable BigDecimal cost, Instant startedAt, Instant now) {
            inputUsed += usage.inputTokens();
            outputUsed += usage.outputTokens();
            if (cost == null || cost.signum() == 0) {
                return;
            }
            turnPage(now);
            // The rows book a call on the day it started; a call over midnight must not fall into the new day's budget.
            LocalDate started = LocalDate.ofInstant(startedAt, ZoneOffset.UTC);
            if (started.toEpochDay() == day) {
                spentToday = spentToday.add(cost);
            }
            if (monthOf(started) == month) {
                spentThisMonth = spentThisMonth.add(cost);
            }
        }
    }
}
