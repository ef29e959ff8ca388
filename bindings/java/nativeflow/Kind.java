package nativeflow;

import java.nio.ByteBuffer;

/** The C objects that make calls, and their functions. */
enum Kind {
    CLIENT {
        @Override
        long share(long of, ByteBuffer out) {
            return Bridge.C.nf_client_share(of, 0, out);
        }

        @Override
        void cancel(long object) {
            Bridge.C.nf_client_cancel(object);
        }

        @Override
        void free(long object) {
            Bridge.C.nf_client_free(object);
        }
    },

    SESSION {
        @Override
        long share(long of, ByteBuffer out) {
            return Bridge.C.nf_session_share(of, 0, out);
        }

        @Override
        void cancel(long object) {
            Bridge.C.nf_session_cancel(object);
        }

        @Override
        void free(long object) {
            Bridge.C.nf_session_free(object);
        }
    };

    abstract long share(long of, ByteBuffer out);

    abstract void cancel(long object);

    abstract void free(long object);
}
