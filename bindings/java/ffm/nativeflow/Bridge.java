package nativeflow;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Calls the C library through java.lang.foreign: Java 22 and later, without another library. */
@SuppressWarnings("restricted") // the whole class calls restricted methods
final class Bridge {
    /** A {@code const char *} of C, which ends with a NUL. */
    private static final AddressLayout TEXT =
            ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, ValueLayout.JAVA_BYTE));

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle TO_SEGMENT = own("segment", MemorySegment.class, ByteBuffer.class);
    private static final MethodHandle TO_STRING = own("string", String.class, MemorySegment.class);

    static final Functions C = load();

    /** An {@code nf_log_fn}. */
    static final long LOG = address(own("write", void.class, long.class, int.class, MemorySegment.class),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, TEXT));

    /** An {@code nf_secret_fn}. */
    static final long SECRET = address(
            own("secret", int.class, long.class, MemorySegment.class, int.class, MemorySegment.class, long.class),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, TEXT, ValueLayout.JAVA_INT, TEXT,
                    ValueLayout.JAVA_LONG));

    /** An {@code nf_release_fn}. */
    static final long RELEASE = address(own("release", void.class, long.class),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    private Bridge() {}

    /** Implements the interface: finds each C function by its name, and derives its C types from its Java types. */
    private static Functions load() {
        SymbolLookup library = SymbolLookup.libraryLookup(Functions.LIBRARY, Arena.global());
        Map<Method, MethodHandle> handles = new HashMap<>();
        for (Method method : Functions.class.getDeclaredMethods()) {
            handles.put(method, handle(library, method));
        }
        return (Functions) Proxy.newProxyInstance(Functions.class.getClassLoader(), new Class<?>[] {Functions.class},
                (proxy, method, arguments) -> handles.get(method).invokeWithArguments(arguments == null ? new Object[0] : arguments));
    }

    private static MethodHandle handle(SymbolLookup library, Method method) {
        Class<?>[] types = method.getParameterTypes();
        Class<?> result = method.getReturnType();
        MemoryLayout[] parameters = Arrays.stream(types).map(Bridge::layout).toArray(MemoryLayout[]::new);
        FunctionDescriptor function = result == void.class ? FunctionDescriptor.ofVoid(parameters)
                : FunctionDescriptor.of(layout(result), parameters);
        MethodHandle handle = LINKER.downcallHandle(library.find(method.getName()).orElseThrow(
                () -> new UnsatisfiedLinkError(method.getName())), function);
        for (int i = 0; i < types.length; i++) {
            handle = types[i] == ByteBuffer.class ? MethodHandles.filterArguments(handle, i, TO_SEGMENT) : handle;
        }
        return result == String.class ? MethodHandles.filterReturnValue(handle, TO_STRING) : handle;
    }

    /** Pointers to objects are long, which has the size of a pointer on a 64-bit machine. */
    private static MemoryLayout layout(Class<?> type) {
        return type == long.class ? ValueLayout.JAVA_LONG : type == int.class ? ValueLayout.JAVA_INT : TEXT;
    }

    private static MethodHandle own(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup().findStatic(Bridge.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException wrong) {
            throw new LinkageError(name, wrong);
        }
    }

    /** Returns the memory of a direct buffer, without a copy. */
    private static MemorySegment segment(ByteBuffer buffer) {
        return buffer == null ? MemorySegment.NULL : MemorySegment.ofBuffer(buffer);
    }

    private static String string(MemorySegment text) {
        return text.getString(0);
    }

    /** Makes a method callable from C, and returns its address. It is never freed. */
    private static long address(MethodHandle method, FunctionDescriptor function) {
        return LINKER.upcallStub(method, function, Arena.global()).address();
    }

    private static void write(long user, int level, MemorySegment line) {
        Callbacks.write(user, level, () -> line.getString(0));
    }

    private static int secret(long user, MemorySegment login, int lastCode, MemorySegment buffer, long capacity) {
        return Callbacks.secret(user, () -> login.getString(0), lastCode, () -> buffer.asSlice(0, capacity).asByteBuffer());
    }

    private static void release(long user) {
        Callbacks.release(user);
    }
}
