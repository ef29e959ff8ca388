// .example belongs to nobody (RFC 2606): until the project has a home of its own, nobody can serve other code under this name.
module nativeflow.example/nativeflow

go 1.19
