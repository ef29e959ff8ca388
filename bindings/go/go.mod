// .example is a reserved domain (RFC 2606): no server can offer other code under this name. The project has no domain yet.
module nativeflow.example/nativeflow

go 1.19
