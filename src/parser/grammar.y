/*
 * The grammar: language.md, appendix A.  It knows no name of a probe, builtin
 * or function; what a bracket or a slash means the lexer has settled.
 */

%code requires {
#include "parser/build.h"
}

%code provides {
const char *token_text(int token); /* for one that is a word or a sign in itself, else NULL */
}

%define api.pure full
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%parse-param {struct parser *p}
%lex-param {struct parser *p}
%locations
%expect 0

%code {
#include "parser/parser.h"

#include <string.h>

#define YYLTYPE_IS_TRIVIAL 0 /* bison would begin with four members, a span has two */
#define YYMAXDEPTH 20000
#define YYINITDEPTH YYMAXDEPTH
#define YYLLOC_DEFAULT(current, rhs, n)                                              \
	((current) = (n) ? (struct span){YYRHSLOC(rhs, 1).from, YYRHSLOC(rhs, n).to} \
			 : (struct span){YYRHSLOC(rhs, 0).to, YYRHSLOC(rhs, 0).to})

#define NONE ((struct list){0})

static int yylex(YYSTYPE *value, YYLTYPE *span, struct parser *p)
{
	return lexer_next(&p->lexer, value, span);
}

static void yyerror(YYLTYPE *span, struct parser *p, const char *text);
}

%union {
	const char *name;
	struct text str;
	struct number num;
	enum op op;
	struct node *node;
	struct list list;
	struct block block;
}

%token YYEOF 0		"end of file"
%token START_SCRIPT START_EXPR
%token RESYNC		"another probe"

%token <name> ATTACH	"attach point"
%token <name> CDEF	"C definition"
%token PREDICATE	"/"
%token PREDICATE_END	"/ that closes the predicate"
%token <name> CONFIG	"config"
%token <name> MACRO	"macro"
%token <name> FN	"fn"

%token <num> INT	"number"
%token <str> STRING	"string"
%token <name> IDENT	"name"
%token <name> VAR	"variable"
%token <name> MAP	"map"
%token <num> PARAM	"parameter"
%token NPARAMS		"$#"

%token <name> BREAK	"break"
%token <name> COMPTIME	"comptime"
%token <name> CONTINUE	"continue"
%token <name> ELSE	"else"
%token <name> ENUM	"enum"
%token <name> FALSE	"false"
%token <name> FOR	"for"
%token <name> IF	"if"
%token <name> SIF	"if "		/* where a statement can begin */
%token <name> IMPORT	"import"
%token <name> LET	"let"
%token <name> OFFSETOF	"offsetof"
%token <name> RETURN	"return"
%token <name> SIZEOF	"sizeof"
%token <name> STRUCT	"struct"
%token <name> TRUE	"true"
%token <name> TYPEINFO	"typeinfo"
%token <name> TYPEOF	"typeof"
%token <name> UNION	"union"
%token <name> UNROLL	"unroll"
%token <name> WHILE	"while"

%token LBLOCK		"{ "		/* where a statement can begin */
%token TPAREN		"( "		/* a type follows */
%token <op> OP_ASSIGN	"assignment"

%token LOR		"||"
%token LAND		"&&"
%token EQ		"=="
%token NE		"!="
%token LE		"<="
%token GE		">="
%token SHL		"<<"
%token SHR		">>"

%precedence NO_KEY
%precedence '['
%right '?' ':'
%left LOR
%left LAND
%left '|'
%left '^'
%left '&'
%left EQ NE
%left '<' '>' LE GE
%left SHL SHR
%left '+' '-'
%left '*' '/' '%'
%token INC		"++"
%token DEC		"--"
%token ARROW		"->"
%token DOTDOT		".."

%type <list> settings attaches attach_list mparams fparams stmts exprs args members path suffixes
%type <node> bound setting import mapdecl macro fn probe predicate body vblock
%type <node> mparam fparam simple blocklike if_rest else cond let for lblock
%type <node> expr unary postfix primary arg member type typeof suffix
%type <block> braces inner
%type <name> word tag

%%

start:
	  START_SCRIPT items
	| START_EXPR expr			{ p->expr = $2; }
	;

/* ---- the parts of a script ---- */

items:
	  %empty
	| items CDEF				{ add_cdef(p, @2, $2); }
	| items CONFIG '=' '{' settings '}'	{ add_config(p, span_join(@2, @6), $5); }
	| items import ';'			{ add_import(p, $2); }
	| items mapdecl				{ add_root(p, $2); }
	| items macro				{ add_root(p, $2); }
	| items fn				{ add_root(p, $2); }
	| items probe				{ add_root(p, $2); }
	| items error RESYNC			{ yyerrok; }
	;

settings:
	  %empty				{ $$ = NONE; }
	| settings ';'
	| settings setting			{ $$ = list_add($1, $2); }
	| settings error			{ $$ = $1; }
	;

setting:
	  word '=' INT				{ $$ = node_setting(p, @$, $1, $3.text, @3); }
	| word '=' STRING			{ $$ = node_setting(p, @$, $1, $3.s, @3); }
	| word '=' TRUE				{ $$ = node_setting(p, @$, $1, $3, @3); }
	| word '=' FALSE			{ $$ = node_setting(p, @$, $1, $3, @3); }
	| word '=' IDENT			{ $$ = node_setting(p, @$, $1, $3, @3); }
	;

import:
	  IMPORT STRING				{ $$ = node_import(p, @$, $2); }
	;

mapdecl:
	  LET MAP '=' IDENT '(' INT ')'		{ $$ = node_mapdecl(p, @$, $2, $4, @4, $6); }
	;

macro:
	  MACRO IDENT vblock			{ $$ = node_macro(p, @$, NODE_MACRO, $2, NONE, NULL, $3); }
	| MACRO IDENT '(' ')' vblock		{ $$ = node_macro(p, @$, NODE_MACRO, $2, NONE, NULL, $5); }
	| MACRO IDENT '(' mparams ')' vblock	{ $$ = node_macro(p, @$, NODE_MACRO, $2, $4, NULL, $6); }
	;

mparams:
	  mparam				{ $$ = list_add(NONE, $1); }
	| mparams ',' mparam			{ $$ = list_add($1, $3); }
	;

mparam:
	  VAR					{ $$ = node_var(p, @$, $1); }
	| MAP					{ $$ = node_map(p, @$, $1, NONE); }
	| IDENT					{ $$ = node_ident(p, @$, $1); }
	;

fn:
	  FN IDENT '(' ')' ':' type body		{ $$ = node_macro(p, @$, NODE_FN, $2, NONE, $6, $7); }
	| FN IDENT '(' fparams ')' ':' type body	{ $$ = node_macro(p, @$, NODE_FN, $2, $4, $7, $8); }
	;

fparams:
	  fparam				{ $$ = list_add(NONE, $1); }
	| fparams ',' fparam			{ $$ = list_add($1, $3); }
	;

fparam:
	  VAR ':' type				{ $$ = node_let(p, @$, $1, @1, $3, NULL); }
	;

probe:
	  attaches predicate body		{ $$ = node_probe(p, @$, $1, $2, $3); }
	;

attaches:
	  attach_list
	| attach_list ','
	;

attach_list:
	  ATTACH				{ $$ = list_add(NONE, node_attach(p, @1, $1)); }
	| attach_list ',' ATTACH		{ $$ = list_add($1, node_attach(p, @3, $3)); }
	;

predicate:
	  %empty				{ $$ = NULL; }
	| PREDICATE expr PREDICATE_END		{ $$ = $2; }
	| PREDICATE error PREDICATE_END		{ $$ = NULL; yyerrok; }
	;

/* ---- blocks and statements ---- */

body:
	  braces				{ $$ = node_body(p, @$, $1); }
	;

vblock:
	  braces				{ $$ = node_block(p, @$, $1); }
	;

lblock:
	  LBLOCK inner '}'			{ $$ = node_block(p, @$, $2); }
	;

braces:
	  '{' inner '}'				{ $$ = $2; }
	;

inner:
	  stmts					{ $$ = (struct block){$1, NULL}; }
	| stmts simple				{ $$ = (struct block){list_add($1, $2), NULL}; }
	| stmts expr				{ $$ = (struct block){$1, $2}; }
	| stmts error				{ $$ = (struct block){$1, NULL}; yyerrok; }
	;

stmts:
	  %empty				{ $$ = NONE; }
	| stmts ';'				{ $$ = $1; $$.closed = true; }
	| stmts simple ';'			{ $$ = list_add($1, $2); }
	| stmts expr ';'			{ $$ = list_add($1, node_simple(p, @2, NODE_EXPR, $2)); }
	| stmts blocklike			{ $$ = list_add($1, $2); }
	| stmts error ';'			{ $$ = $1; yyerrok; }
	;

simple:
	  let
	| postfix '=' expr			{ $$ = node_assign(p, @$, $1, OP_COUNT, $3); }
	| postfix OP_ASSIGN expr		{ $$ = node_assign(p, @$, $1, $2, $3); }
	| BREAK					{ $$ = node_simple(p, @$, NODE_BREAK, NULL); }
	| CONTINUE				{ $$ = node_simple(p, @$, NODE_CONTINUE, NULL); }
	| RETURN				{ $$ = node_simple(p, @$, NODE_RETURN, NULL); }
	| RETURN expr				{ $$ = node_simple(p, @$, NODE_RETURN, $2); }
	| import
	;

let:
	  LET VAR				{ $$ = node_let(p, @$, $2, @2, NULL, NULL); }
	| LET VAR '=' expr			{ $$ = node_let(p, @$, $2, @2, NULL, $4); }
	| LET VAR ':' type			{ $$ = node_let(p, @$, $2, @2, $4, NULL); }
	| LET VAR ':' type '=' expr		{ $$ = node_let(p, @$, $2, @2, $4, $6); }
	;

blocklike:
	  SIF if_rest				{ $$ = $2; $$->span = @$; }
	| WHILE cond body			{ $$ = node_while(p, @$, NODE_WHILE, $2, $3); }
	| UNROLL cond body			{ $$ = node_while(p, @$, NODE_UNROLL, $2, $3); }
	| for
	| lblock
	;

/* `if (a) {` is one of these, too: parentheses are an operand's */
cond:
	  unary
	;

if_rest:
	  cond vblock else			{ $$ = node_cond(p, @$, NODE_IF, $1, $2, $3); }
	;

else:
	  %empty				{ $$ = NULL; }
	| ELSE vblock				{ $$ = $2; }
	| ELSE IF if_rest			{ $$ = $3; $$->span = span_join(@2, @3); }
	;

for:
	  FOR VAR ':' postfix body				{ $$ = node_for(p, @$, $2, @2, $4, NULL, $5); }
	| FOR VAR ':' bound DOTDOT bound body			{ $$ = node_for(p, @$, $2, @2, $4, $6, $7); }
	| FOR '(' VAR ':' postfix ')' body			{ $$ = node_for(p, @$, $3, @3, $5, NULL, $7); }
	| FOR '(' VAR ':' bound DOTDOT bound ')' body		{ $$ = node_for(p, @$, $3, @3, $5, $7, $9); }
	;

bound:
	  postfix
	| TPAREN type ')' unary			{ $$ = node_of(p, @$, NODE_CAST, $2, $4); }
	;

/* ---- expressions ---- */

expr:
	  unary
	| expr '?' expr ':' expr		{ $$ = node_cond(p, @$, NODE_TERNARY, $1, $3, $5); }
	| expr '?' ':' expr			{ $$ = node_cond(p, @$, NODE_TERNARY, $1, NULL, $4); }
	| expr LOR expr				{ $$ = node_binary(p, @$, OP_LOR, $1, $3); }
	| expr LAND expr			{ $$ = node_binary(p, @$, OP_LAND, $1, $3); }
	| expr '|' expr				{ $$ = node_binary(p, @$, OP_OR, $1, $3); }
	| expr '^' expr				{ $$ = node_binary(p, @$, OP_XOR, $1, $3); }
	| expr '&' expr				{ $$ = node_binary(p, @$, OP_AND, $1, $3); }
	| expr EQ expr				{ $$ = node_binary(p, @$, OP_EQ, $1, $3); }
	| expr NE expr				{ $$ = node_binary(p, @$, OP_NE, $1, $3); }
	| expr '<' expr				{ $$ = node_binary(p, @$, OP_LT, $1, $3); }
	| expr LE expr				{ $$ = node_binary(p, @$, OP_LE, $1, $3); }
	| expr '>' expr				{ $$ = node_binary(p, @$, OP_GT, $1, $3); }
	| expr GE expr				{ $$ = node_binary(p, @$, OP_GE, $1, $3); }
	| expr SHL expr				{ $$ = node_binary(p, @$, OP_SHL, $1, $3); }
	| expr SHR expr				{ $$ = node_binary(p, @$, OP_SHR, $1, $3); }
	| expr '+' expr				{ $$ = node_binary(p, @$, OP_ADD, $1, $3); }
	| expr '-' expr				{ $$ = node_binary(p, @$, OP_SUB, $1, $3); }
	| expr '*' expr				{ $$ = node_binary(p, @$, OP_MUL, $1, $3); }
	| expr '/' expr				{ $$ = node_binary(p, @$, OP_DIV, $1, $3); }
	| expr '%' expr				{ $$ = node_binary(p, @$, OP_MOD, $1, $3); }
	;

unary:
	  postfix
	| '!' unary				{ $$ = node_unary(p, @$, OP_NOT, $2); }
	| '~' unary				{ $$ = node_unary(p, @$, OP_BITNOT, $2); }
	| '-' unary				{ $$ = node_unary(p, @$, OP_NEG, $2); }
	| '*' unary				{ $$ = node_unary(p, @$, OP_DEREF, $2); }
	| '&' unary				{ $$ = node_unary(p, @$, OP_ADDR, $2); }
	| INC unary				{ $$ = node_incdec(p, @$, OP_PREINC, $2); }
	| DEC unary				{ $$ = node_incdec(p, @$, OP_PREDEC, $2); }
	| COMPTIME unary			{ $$ = node_simple(p, @$, NODE_COMPTIME, $2); }
	| TPAREN type ')' unary			{ $$ = node_of(p, @$, NODE_CAST, $2, $4); }
	;

postfix:
	  primary
	| postfix '.' word			{ $$ = node_field(p, @$, $1, $3, @3, false); }
	| postfix '.' INT			{ $$ = node_field(p, @$, $1, $3.text, @3, false); }
	| postfix ARROW word			{ $$ = node_field(p, @$, $1, $3, @3, true); }
	| postfix '[' expr ']'			{ $$ = node_index(p, @$, $1, $3); }
	| postfix INC				{ $$ = node_incdec(p, @$, OP_POSTINC, $1); }
	| postfix DEC				{ $$ = node_incdec(p, @$, OP_POSTDEC, $1); }
	;

primary:
	  INT					{ $$ = node_int(p, @$, $1); }
	| STRING				{ $$ = node_string(p, @$, $1); }
	| TRUE					{ $$ = node_bool(p, @$, true); }
	| FALSE					{ $$ = node_bool(p, @$, false); }
	| IDENT					{ $$ = node_ident(p, @$, $1); }
	| IDENT '(' args ')'			{ $$ = node_call(p, @$, $1, @1, $3); }
	| VAR					{ $$ = node_var(p, @$, $1); }
	| MAP %prec NO_KEY			{ $$ = node_map(p, @$, $1, NONE); }
	| MAP '[' exprs ']'			{ $$ = node_map(p, @$, $1, $3); }
	| PARAM					{ $$ = node_param(p, @$, $1); }
	| NPARAMS				{ $$ = node_simple(p, @$, NODE_NPARAMS, NULL); }
	| '(' expr ')'				{ $$ = $2; }
	| '(' ')'				{ $$ = node_list(p, @$, NODE_TUPLE, NONE); }
	| '(' expr ',' ')'			{ $$ = node_list(p, @$, NODE_TUPLE, list_add(NONE, $2)); }
	| '(' expr ',' exprs ')'		{ $$ = node_list(p, @$, NODE_TUPLE, (struct list){$2, $4.last, false}); $2->next = $4.first; }
	| '(' members ')'			{ $$ = node_list(p, @$, NODE_RECORD, $2); }
	| SIZEOF TPAREN type ')'		{ $$ = node_of(p, @$, NODE_SIZEOF, $3, NULL); }
	| SIZEOF '(' expr ')'			{ $$ = node_of(p, @$, NODE_SIZEOF, NULL, $3); }
	| TYPEINFO TPAREN type ')'		{ $$ = node_of(p, @$, NODE_TYPEINFO, $3, NULL); }
	| TYPEINFO '(' expr ')'			{ $$ = node_of(p, @$, NODE_TYPEINFO, NULL, $3); }
	| OFFSETOF TPAREN type ',' path ')'	{ $$ = node_offsetof(p, @$, $3, NULL, $5); }
	| OFFSETOF '(' expr ',' path ')'	{ $$ = node_offsetof(p, @$, NULL, $3, $5); }
	| IF if_rest				{ $$ = $2; $$->span = @$; }
	| vblock
	;

exprs:
	  expr					{ $$ = list_add(NONE, $1); }
	| exprs ',' expr			{ $$ = list_add($1, $3); }
	;

args:
	  %empty				{ $$ = NONE; }
	| arg					{ $$ = list_add(NONE, $1); }
	| args ',' arg				{ $$ = list_add($1, $3); }
	;

arg:
	  expr
	| typeof suffixes			{ $$ = node_type(p, @$, NULL, NULL, $1, $2); }
	| tag word suffixes			{ $$ = node_type(p, @$, $1, $2, NULL, $3); }
	;

members:
	  member				{ $$ = list_add(NONE, $1); }
	| members ',' member			{ $$ = list_add($1, $3); }
	;

member:
	  IDENT '=' expr			{ $$ = node_member(p, @$, $1, $3); }
	;

/* ---- types and names ---- */

type:
	  tag word suffixes			{ $$ = node_type(p, @$, $1, $2, NULL, $3); }
	| IDENT suffixes			{ $$ = node_type(p, @$, NULL, $1, NULL, $2); }
	| typeof suffixes			{ $$ = node_type(p, @$, NULL, NULL, $1, $2); }
	;

typeof:
	  TYPEOF TPAREN type ')'		{ $$ = $3; }
	| TYPEOF '(' expr ')'			{ $$ = $3; }
	;

tag:
	  STRUCT | UNION | ENUM
	;

suffixes:
	  %empty %prec NO_KEY			{ $$ = NONE; }
	| suffixes suffix			{ $$ = list_add($1, $2); }
	;

suffix:
	  '*'					{ $$ = node_suffix(p, @$, true, 0); }
	| '[' ']'				{ $$ = node_suffix(p, @$, false, -1); }
	| '[' INT ']'				{ $$ = node_suffix(p, @$, false, $2.value); }
	;

path:
	  word					{ $$ = list_add(NONE, node_ident(p, @1, $1)); }
	| path '.' word				{ $$ = list_add($1, node_ident(p, @3, $3)); }
	;

word:
	  IDENT | BREAK | COMPTIME | CONTINUE | ELSE | ENUM | FALSE | FOR | IF | SIF | IMPORT | LET | OFFSETOF
	| RETURN | SIZEOF | STRUCT | TRUE | TYPEINFO | TYPEOF | UNION | UNROLL | WHILE
	;

%%

static void yyerror(YYLTYPE *span, struct parser *p, const char *text)
{
	lexer_error(&p->lexer, *span, "syntax: %s", text);
}

/* the name of a token in a message; those that differ only in where they stand look the same */
static void name_token(char *out, size_t size, yysymbol_kind_t symbol)
{
	const char *name = yysymbol_name(symbol);
	size_t len = strlen(name);

	while (len && name[len - 1] == ' ')
		len--;
	snprintf(out, size, "%.*s", (int)len, name);
}

#define EXPECTED_MAX 4

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *p)
{
	yysymbol_kind_t expected[EXPECTED_MAX], token = yypcontext_token(context);
	int n = yypcontext_expected_tokens(context, expected, EXPECTED_MAX);
	char found[64], one[64];
	struct buf text = {0};

	if (token == YYSYMBOL_YYEOF && p->lexer.failed)
		return 0; /* what was wrong before hid the end */
	name_token(found, sizeof(found), token);
	buf_printf(&text, "syntax: unexpected %s", found);
	for (int i = 0; i < n; i++) {
		name_token(one, sizeof(one), expected[i]);
		buf_printf(&text, "%s%s", i ? (i + 1 == n ? " or " : ", ") : ", expected ", one);
	}
	lexer_error(&p->lexer, *yypcontext_location(context), "%s", text.data);
	buf_free(&text);
	lexer_advise(&p->lexer, token == YYSYMBOL_YYEOF ? YYEOF : p->lexer.last);
	lexer_recover(&p->lexer, p->lexer.last);
	return 0;
}

struct script *parse_script(struct arena *a, struct types *t, struct diag *d, struct source *src)
{
	struct script *s = arena_alloc(a, sizeof(*s));
	struct parser p = {.arena = a, .script = s};

	s->arena = a;
	s->types = t;
	s->source = src;
	if (memchr(src->text, '\0', src->len)) {
		error_at(d, (struct span){0}, "%s is not a script: it has a NUL byte", src->name);
		return s;
	}
	lexer_init(&p.lexer, a, d, src);
	p.lexer.first = START_SCRIPT;
	if (yyparse(&p) && !d->errors)
		error_at(d, (struct span){0}, "syntax: the script cannot be read");
	s->comments = p.lexer.comments;
	lexer_free(&p.lexer);
	s->cdefs = p.cdefs.first;
	s->config = p.config.first;
	s->imports = p.imports.first;
	s->root = p.root.first;
	return s;
}

struct node *parse_expression(struct arena *a, struct diag *d, struct source *src)
{
	struct parser p = {.arena = a};
	bool ok;

	lexer_init(&p.lexer, a, d, src);
	p.lexer.first = START_EXPR;
	p.lexer.mode = LEXER_CODE;
	p.lexer.quiet = true;
	ok = !yyparse(&p) && !p.lexer.failed;
	lexer_free(&p.lexer);
	return ok ? p.expr : NULL;
}
