package org.gatehouse.governance.form;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** What reflection knows of a record that serves as a form; made once a class. Immutable. */
record Shape(Class<?> type, List<Member> members, Constructor<?> constructor) {

    /** One member. {@code nullable} says whether its type is annotated so. */
    record Member(String name, Type type, boolean nullable, @Nullable About about, Method accessor) {

        boolean secret() {
            return about != null && about.secret();
        }

        boolean hasFallback() {
            return about != null && !about.fallback().isEmpty();
        }

        /** Whether a form without it is wrong. */
        boolean required() {
            return !nullable && !hasFallback();
        }

        long greatest(long unsaid) {
            return about == null || about.max() == Long.MAX_VALUE ? unsaid : about.max();
        }
    }

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return reflect(type);
        }
    };

    static Shape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static Shape reflect(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            throw new IllegalArgumentException(type + " is no record, so it can't be a form");
        }
        List<Member> members = Arrays.stream(components).map(component -> {
            AnnotatedType annotated = component.getAnnotatedType();
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return new Member(component.getName(), component.getGenericType(),
                    annotated.isAnnotationPresent(Nullable.class), component.getAnnotation(About.class), accessor);
        }).toList();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return new Shape(type, members, constructor);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its canonical constructor: " + type, e);
        }
    }

    /** The name of an enum constant in the API: its own {@code id()} if it has one, else lower case. */
    static String idOf(Enum<?> constant) {
        try {
            return (String) constant.getDeclaringClass().getMethod("id").invoke(constant);
        } catch (NoSuchMethodException _) {
            return constant.name().toLowerCase(Locale.ROOT);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("id() of " + constant.getDeclaringClass() + " failed", e);
        }
    }
}
